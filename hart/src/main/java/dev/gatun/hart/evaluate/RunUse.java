package dev.gatun.hart.evaluate;

import dev.gatun.data.Batch;
import dev.gatun.data.EncodedExample;
import dev.gatun.data.EncodingOptions;
import dev.gatun.data.SniMini;
import dev.gatun.data.SniTask;
import dev.gatun.data.T5Tokenizer;
import dev.gatun.data.TaskEncoder;
import dev.gatun.data.Tokenizer;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.system.TaskInputs;
import dev.gatun.hart.system.TrainedRun;
import dev.gatun.hart.train.Shortening;
import dev.gatun.hart.train.TaskData;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Torch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** A trained run put to use on a task: it adapts, then answers. Closing frees its models. */
public final class RunUse implements AutoCloseable {
    private final TrainedRun run;
    private final String baseHash;
    private final T5Tokenizer base;
    private final Tokenizer tokenizer;
    private final Shortening shortening;
    private final TaskInputs inputs;

    private RunUse(TrainedRun run, String baseHash) {
        this.run = run;
        this.baseHash = baseHash;
        base = SniMini.tokenizer();
        tokenizer = TaskData.tokenizer(run.config(), run.folder(), base);
        shortening = Shortening.of(run.config(), base);
        inputs = new TaskInputs(run.config(), tokenizer);
    }

    /** Loads the run in {@code folder}; throws {@link dev.gatun.hart.train.RunException} if it is not finished. */
    public static RunUse of(Path folder) {
        return new RunUse(TrainedRun.load(folder), BaseModel.hash(folder));
    }

    /** The same on {@code device}, whatever the run's configuration names. */
    public static RunUse of(Path folder, Device device) {
        return new RunUse(TrainedRun.load(folder, device), BaseModel.hash(folder));
    }

    /** The run. */
    public TrainedRun run() {
        return run;
    }

    /** Its tokenizer. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** {@code task} as this run reads it: cut to its lengths. */
    public SniTask shortened(SniTask task) {
        return shortening.apply(task);
    }

    /** What its models read. */
    public TaskInputs inputs() {
        return inputs;
    }

    /** Adapts to {@code whole} by its definition and positive examples; the result's tensors are new, in the current scope. */
    public TaskAdapter adapt(SniTask whole) {
        SniTask task = shortened(whole);
        try (GradMode _ = Torch.noGrad()) {
            return new TaskAdapter(
                    run.config().system(),
                    baseHash,
                    task,
                    hash(task),
                    run.system().adapt(List.of(inputs.demonstrations(task))));
        }
    }

    /** How many tokens of {@code task} are read, by the hypernetwork or before each query. */
    public int demonstrationTokens(TaskAdapter adapter) {
        return run.config().system().readsApart()
                ? inputs.demonstrations(adapter.task()).length
                : inputs.main(adapter.task(), "").length - inputs.query("").length;
    }

    /** The adapter in {@code file}, in the current scope; refused if it was made for another main model or system. */
    public TaskAdapter load(Path file) {
        return AdapterFile.load(file, run.config().system(), run.main(), baseHash);
    }

    /** Writes {@code adapter}. */
    public void save(Path file, TaskAdapter adapter) {
        AdapterFile.save(file, adapter);
    }

    /** {@code examples} of the adapter's task as the main model reads them, with their outputs as targets. */
    public Batch examples(TaskAdapter adapter, List<SniTask.Example> examples) {
        int longest = run.config().train().maxTarget();
        return Batch.of(
                examples.stream()
                        .map(example -> new EncodedExample(
                                0,
                                new long[0],
                                inputs.main(adapter.task(), example.input()),
                                tokenizer.encodeWithEos(example.output(), longest)))
                        .toList(),
                1);
    }

    /** The outputs for {@code queries}, in their order. */
    public List<String> predict(TaskAdapter adapter, List<String> queries) {
        return predictor().predict(encoded(adapter, queries), adapter.adaptation(), new int[queries.size()]);
    }

    /**
     * The output for {@code query}.
     *
     * @param sofar is told the text each time it has grown
     */
    public String answer(TaskAdapter adapter, String query, Consumer<String> sofar) {
        return predictor()
                .withListener((_, tokens, _) -> sofar.accept(tokenizer.decode(withoutEnd(tokens))))
                .predict(encoded(adapter, List.of(query)), adapter.adaptation(), new int[1])
                .getFirst();
    }

    private static long[] withoutEnd(long[] tokens) {
        return tokens.length > 0 && tokens[tokens.length - 1] == Tokenizer.EOS
                ? Arrays.copyOf(tokens, tokens.length - 1)
                : tokens;
    }

    private List<long[]> encoded(TaskAdapter adapter, List<String> queries) {
        return queries.stream()
                .map(query -> inputs.main(adapter.task(), shortening.query(query)))
                .toList();
    }

    private Predictor predictor() {
        RunConfig.Evaluation settings = run.config().evaluation();
        return new Predictor(run.main(), tokenizer, settings.batch(), settings.maxNewTokens())
                .replaying(run.config().graphs());
    }

    /** Of what the run reads of a task. */
    private String hash(SniTask task) {
        EncodingOptions shown = TaskInputs.encoding(
                run.config(),
                run.config().system().readsApart()
                        ? RunConfig.MainInput.DEMONSTRATIONS
                        : run.config().data().input());
        String text = new TaskEncoder(shown, tokenizer, Integer.MAX_VALUE).demonstrations(task);
        return HexFormat.of().formatHex(BaseModel.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {
        base.close();
        run.close();
    }
}

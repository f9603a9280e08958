package dev.gatun.hart.system;

import dev.gatun.data.BatchOptions;
import dev.gatun.data.EncodingOptions;
import dev.gatun.data.ExampleEncoder;
import dev.gatun.data.SniTask;
import dev.gatun.data.TaskEncoder;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.p3.P3Row;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.RunConfig.MainInput;
import java.util.List;

/** The token ids that a run's models read for a task, outside of training. Immutable. */
public final class TaskInputs {
    private final RunConfig config;
    private final Tokenizer tokenizer;
    private final ExampleEncoder apart;

    /** What {@code config} says, in the ids of {@code tokenizer}, which stays the caller's. */
    public TaskInputs(RunConfig config, Tokenizer tokenizer) {
        this.config = config;
        this.tokenizer = tokenizer;
        RunConfig.Stage stage = config.train();
        this.apart = new ExampleEncoder(
                tokenizer,
                BatchOptions.HYPER
                        .withEncoding(encoding(config, MainInput.DEMONSTRATIONS))
                        .withLengths(stage.maxHyper(), stage.maxMain(), stage.maxTarget()));
    }

    /** What an input shows of a task. */
    public static EncodingOptions encoding(RunConfig config, MainInput input) {
        int shots = config.data().shots();
        return switch (input) {
            case QUERY -> EncodingOptions.QUERY_ONLY;
            case DEFINITION -> EncodingOptions.DEF;
            case DEMONSTRATIONS, MIXTURE -> new EncodingOptions(false, true, shots, 0, false);
            case EXPLANATIONS -> new EncodingOptions(false, true, shots, 0, true);
        };
    }

    /** Definition and demonstrations of {@code task}, as a hypernetwork reads them; of a run on P3 the demonstrations alone. */
    public long[] demonstrations(SniTask task) {
        if (isP3()) {
            return P3RunData.encoder(config, tokenizer).hyper(rows(task));
        }
        return apart.hyper(task, task.positiveExamples());
    }

    /** A query alone. */
    public long[] query(String input) {
        return apart.query(input);
    }

    /** What the main model of the run's system reads: the query, with {@code task} before it unless a hypernetwork reads that. */
    public long[] main(SniTask task, String input) {
        if (isP3()) {
            boolean shows = P3RunData.shots(config) > 0;
            return P3RunData.encoder(config, tokenizer).main(shows ? rows(task) : List.of(), input);
        }
        return config.system().readsApart()
                ? query(input)
                : source(task, input, config.data().input(), config.train().maxMain());
    }

    private boolean isP3() {
        return config.data().benchmark() == RunConfig.Benchmark.P3;
    }

    /** A P3 prompt says itself what is to be done. */
    private static List<P3Row> rows(SniTask task) {
        return task.positiveExamples().stream()
                .map(example -> new P3Row(example.input(), example.output(), List.of()))
                .toList();
    }

    /** The query with demonstrations before it, whatever the system, at the length of the first stage. */
    public long[] inContext(SniTask task, String input) {
        return source(
                task,
                input,
                MainInput.DEMONSTRATIONS,
                Math.max(config.pretrain().maxMain(), 16));
    }

    private long[] source(SniTask task, String input, MainInput shown, int longest) {
        TaskEncoder encoder = new TaskEncoder(encoding(config, shown), tokenizer, longest);
        return tokenizer.encodeWithEos(encoder.source(task, input), longest);
    }
}

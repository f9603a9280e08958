package dev.gatun.apps;

import dev.gatun.data.BatchOptions;
import dev.gatun.data.ExampleEncoder;
import dev.gatun.data.SniMini;
import dev.gatun.data.T5Tokenizer;
import dev.gatun.data.Tokenizer;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.evaluate.AdapterFile;
import dev.gatun.hart.evaluate.Predictor;
import dev.gatun.hart.model.Adaptation;
import dev.gatun.hart.train.Shortening;
import dev.gatun.hart.train.Stages;
import dev.gatun.hart.train.TaskData;
import dev.gatun.hart.train.TrainedRun;
import dev.gatun.torch.Scope;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun predict}: the adapted main model's outputs. */
@Command(
        name = "predict",
        description = "Reads inputs, one a line, and prints the adapted model's output for each.",
        footer = {"  echo \"a review\" | gatun predict runs/sni-mini task.safetensors"})
final class PredictCommand implements Callable<Integer> {
    /** Lines that are read before they are decoded together. */
    private static final int LINES_AT_ONCE = 256;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN", description = "The trained run's folder.")
    private Path folder;

    @Parameters(index = "1", paramLabel = "ADAPTER", description = "What gatun adapt wrote.")
    private Path adapter;

    @Option(
            names = {"-i", "--input"},
            paramLabel = "FILE",
            description = "Where the inputs are; default: standard input.")
    private Path input;

    @Override
    public Integer call() throws IOException {
        try (TrainedRun run = TrainedRun.load(folder);
                T5Tokenizer base = SniMini.tokenizer();
                Scope _ = Scope.open()) {
            Tokenizer tokenizer = TaskData.tokenizer(run.config(), folder, base);
            Adaptation adaptation = AdapterFile.load(adapter, run.main().config(), AdapterFile.hash(folder));
            RunConfig.Stage stage = run.config().train();
            ExampleEncoder encoder = new ExampleEncoder(
                    tokenizer,
                    BatchOptions.HYPER
                            .withEncoding(Stages.encoding(run.config()))
                            .withLengths(stage.maxHyper(), stage.maxMain(), stage.maxTarget()));
            Predictor predictor = new Predictor(
                    run.main(),
                    tokenizer,
                    run.config().evaluation().batch(),
                    run.config().evaluation().maxNewTokens());
            Shortening shortening = Shortening.of(run.config(), base);
            Function<String, long[]> query = line -> encoder.query(shortening.query(line));
            if (input == null) {
                // Standard input is the process's, not this command's: it stays open.
                predict(
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
                        query,
                        predictor,
                        adaptation);
            } else {
                try (BufferedReader lines = Files.newBufferedReader(input)) {
                    predict(lines, query, predictor, adaptation);
                }
            }
        }
        return 0;
    }

    private void predict(
            BufferedReader lines, Function<String, long[]> encoder, Predictor predictor, Adaptation adaptation)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        boolean more = true;
        while (more) {
            List<long[]> queries = new ArrayList<>();
            String line = null;
            while (queries.size() < LINES_AT_ONCE && (line = lines.readLine()) != null) {
                queries.add(encoder.apply(line));
            }
            more = line != null;
            predictor.predict(queries, adaptation, new int[queries.size()]).forEach(out::println);
            out.flush();
        }
    }
}

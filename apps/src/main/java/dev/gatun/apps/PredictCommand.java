package dev.gatun.apps;

import dev.gatun.hart.evaluate.RunUse;
import dev.gatun.hart.evaluate.TaskAdapter;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Mixin
    private DeviceOption device;

    @Option(
            names = {"-i", "--input"},
            paramLabel = "FILE",
            description = "Where the inputs are; default: standard input.")
    private Path input;

    @Override
    public Integer call() throws IOException {
        try (RunUse use = RunUse.of(folder, device.of(folder));
                Scope _ = Scope.open()) {
            TaskAdapter made = use.load(adapter);
            if (input == null) {
                // Standard input is the process's, not this command's: it stays open.
                predict(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), use, made);
            } else {
                try (BufferedReader lines = Files.newBufferedReader(input)) {
                    predict(lines, use, made);
                }
            }
        }
        return 0;
    }

    private void predict(BufferedReader lines, RunUse use, TaskAdapter made) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        boolean more = true;
        while (more) {
            List<String> queries = new ArrayList<>();
            String line = null;
            while (queries.size() < LINES_AT_ONCE && (line = lines.readLine()) != null) {
                queries.add(line);
            }
            more = line != null;
            use.predict(made, queries).forEach(out::println);
            out.flush();
        }
    }
}

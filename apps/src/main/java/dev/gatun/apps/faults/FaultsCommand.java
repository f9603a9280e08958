package dev.gatun.apps.faults;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gatun faults}: nothing that a cluster does to a run may cost more than the work since its last checkpoint. */
@Command(
        name = "faults",
        description = "Lets faults happen to trainings on two ranks; fails if one costs more than it must.",
        footer = {
            "  gatun faults --seed 1 --count 100",
            "",
            "Ranks and launchers are killed, stopped, made to fail or to end early, and the disk is filled or write-protected;",
            "the training is started again until it is done, and must end with the bits of one to which nothing happened.",
            "As root, on a small disk of its own; otherwise without the fault of a full disk."
        })
public final class FaultsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many faults. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "160",
            description = "How many steps a training has: a longer one takes more faults. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--output",
            paramLabel = "FOLDER",
            description = "For logs, trainings and the table, faults.md. Default: a new folder for temporary files.")
    private Path output;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (count < 1 || steps < 12) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--count should be 1 or more and --steps 12 or more, and they are " + count + " and " + steps);
        }
        PrintWriter out = spec.commandLine().getOut();
        Path folder = output != null ? output : Files.createTempDirectory("gatun-faults-");
        try (FaultRun run = FaultRun.prepare(seed, count, steps, folder, out)) {
            String command = "gatun faults --seed " + seed + " --count " + count;
            Path page = folder.resolve("faults.md");
            List<FaultOutcome> outcomes = run.run(soFar -> write(page, FaultPage.write(command, run, soFar)));
            out.println();
            out.println(Files.readString(page));
            return outcomes.stream().allMatch(outcome -> outcome.problem().isEmpty()) ? 0 : 1;
        }
    }

    private static void write(Path page, String text) {
        try {
            Files.writeString(page, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

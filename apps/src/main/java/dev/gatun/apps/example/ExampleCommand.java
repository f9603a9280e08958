package dev.gatun.apps.example;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun example}: trains a small text classifier on the bundled tasks. */
@Command(
        name = "example",
        description = "Trains a small text classifier on the bundled tasks: the category of a task from one input.",
        footerHeading = "%nExample:%n",
        footer = {"  gatun example --epochs 3"})
public final class ExampleCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "6",
            description = "Passes over the training texts (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Fixes all that is drawn (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            defaultValue = "122",
            description = "How many of the training tasks to take (default: ${DEFAULT-VALUE}, all).")
    private int tasks;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (tasks < 1 || epochs < 0) {
            throw new IllegalArgumentException(
                    "--tasks is at least 1 and --epochs at least 0, got " + tasks + " and " + epochs);
        }
        TextData data = TextData.read(tasks);
        try (TextTraining training = new TextTraining(data, seed)) {
            out.printf(
                    Locale.ROOT,
                    "%,d texts of %d categories to train on, %,d held out%n%n%s%n",
                    data.train().size(),
                    data.classes().size(),
                    data.heldOut().size(),
                    training.summary());
            for (int epoch = 1; epoch <= epochs; epoch++) {
                double loss = training.epoch();
                out.printf(
                        Locale.ROOT,
                        "epoch %d: loss %.4f, %.1f %% of the held-out texts right%n",
                        epoch,
                        loss,
                        100 * training.accuracy());
                out.flush();
            }
            out.printf(Locale.ROOT, "always the most frequent category: %.1f %%%n", 100 * data.mostFrequent());
            out.flush();
        }
        return 0;
    }
}

package dev.gatun.apps;

import dev.gatun.data.Batch;
import dev.gatun.data.SniTask;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.evaluate.PeftExport;
import dev.gatun.hart.evaluate.RunUse;
import dev.gatun.hart.evaluate.TaskAdapter;
import dev.gatun.hart.system.Refinement;
import dev.gatun.hart.train.RunException;
import dev.gatun.torch.Scope;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun adapt}: what a run makes of a task's demonstrations, as a file. */
@Command(
        name = "adapt",
        description = "Writes an adapter for a task from its demonstrations, in one forward pass.",
        footer = {
            "  gatun adapt runs/sni-mini task.json -o task.safetensors",
            "",
            "--refine goes on from there with ordinary prefix or LoRA tuning on the task's positive examples."
        })
final class AdaptCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN", description = "The trained run's folder.")
    private Path folder;

    @Parameters(
            index = "1",
            paramLabel = "TASK.json",
            description = "An S-NI task file: its definition and positive examples are read.")
    private Path task;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "ADAPTER",
            description = "The safetensors file to write, for gatun predict.")
    private Path output;

    @Option(
            names = "--peft",
            paramLabel = "FOLDER",
            description = "Write a folder that PEFT loads: LoRAs, or decoder prefixes in its layout.")
    private Path peft;

    @Option(
            names = "--refine",
            paramLabel = "N",
            description = "Tune what was generated for N steps on all of the task's positive examples.")
    private int steps;

    @Option(
            names = "--refine-lr",
            paramLabel = "RATE",
            defaultValue = "1e-3",
            description = "The learning rate for that. Default: ${DEFAULT-VALUE}.")
    private double lr;

    @Override
    public Integer call() {
        if (output == null && peft == null) {
            throw new ParameterException(
                    spec.commandLine(), "nothing to write: give -o ADAPTER, --peft FOLDER, or both");
        }
        if (steps < 0 || !(lr > 0)) {
            throw new ParameterException(
                    spec.commandLine(), "--refine takes 0 steps or more, --refine-lr a rate above 0");
        }
        SniTask whole = SniTask.read(task);
        try (RunUse use = RunUse.of(folder);
                Scope _ = Scope.open()) {
            long begin = System.nanoTime();
            TaskAdapter made = use.adapt(whole);
            double millis = (System.nanoTime() - begin) / 1e6;
            if (steps == 0) {
                write(use, made);
            } else {
                refine(use, made, whole);
            }
            say(
                    "%s: adapted to %s (%d tokens) in %.0f ms%n",
                    output == null ? peft : output, made.task().name(), use.demonstrationTokens(made), millis);
        }
        return 0;
    }

    private void refine(RunUse use, TaskAdapter made, SniTask whole) {
        if (made.system().family() == SystemKind.Family.WHOLE_MODEL) {
            throw new RunException("a run of system " + made.system().key()
                    + " generates nothing that could be refined: leave out --refine");
        }
        if (whole.positiveExamples().isEmpty()) {
            throw new RunException(task + " has no positive examples to refine on");
        }
        Batch examples = use.examples(made, use.shortened(whole).positiveExamples());
        long begin = System.nanoTime();
        try (Refinement refinement = new Refinement(use.run().main(), made.adaptation())) {
            List<Double> losses = refinement.train(examples, steps, lr);
            say(
                    "refined on %d examples: loss %.3f to %.3f in %d steps, %.1f s%n",
                    examples.rows(), losses.getFirst(), losses.getLast(), steps, (System.nanoTime() - begin) / 1e9);
            write(use, made.with(refinement.adaptation()));
        }
    }

    private void write(RunUse use, TaskAdapter made) {
        if (peft != null) {
            PeftExport.write(made.adaptation(), use.run().main(), use.run().config(), peft);
        }
        if (output != null) {
            use.save(output, made);
        }
    }

    private void say(String format, Object... arguments) {
        spec.commandLine().getOut().printf(java.util.Locale.ROOT, format, arguments);
    }
}

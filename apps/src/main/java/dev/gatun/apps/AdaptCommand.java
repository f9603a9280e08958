package dev.gatun.apps;

import dev.gatun.data.Batch;
import dev.gatun.data.SniTask;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.evaluate.PeftExport;
import dev.gatun.hart.evaluate.RunUse;
import dev.gatun.hart.evaluate.TaskAdapter;
import dev.gatun.hart.system.Refinement;
import dev.gatun.hart.train.RunException;
import dev.gatun.nn.distributed.RankInfo;
import dev.gatun.torch.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            "Several tasks make a folder of adapters; where several processes were launched, each makes some of them.",
            "--refine goes on from there with ordinary prefix or LoRA tuning on the task's positive examples."
        })
final class AdaptCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RUN", description = "The trained run's folder.")
    private Path folder;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "TASK.json",
            description = "An S-NI task file: its definition and positive examples are read. May be several.")
    private List<Path> tasks;

    @Mixin
    private DeviceOption device;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "ADAPTER",
            description = "The safetensors file to write, for gatun predict; of several tasks the folder for them.")
    private Path output;

    @Option(
            names = "--peft",
            paramLabel = "FOLDER",
            description =
                    "Write a folder that PEFT loads: LoRAs, or decoder prefixes in its layout. Of several tasks one in it for each.")
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
        RankInfo rank = RankInfo.fromEnvironment();
        List<Map.Entry<String, Path>> all = List.copyOf(names().entrySet());
        try (RunUse use = RunUse.of(folder, device.of(folder))) {
            for (int i = rank.rank(); i < all.size(); i += rank.worldSize()) {
                try (Scope _ = Scope.open()) {
                    adapt(use, all.get(i).getKey(), all.get(i).getValue());
                }
            }
        }
        return 0;
    }

    /** What the files of several tasks are called: as the tasks'. */
    private Map<String, Path> names() {
        Map<String, Path> names = new LinkedHashMap<>();
        for (Path task : tasks) {
            String name = task.getFileName().toString().replaceFirst("\\.json$", "");
            if (names.put(name, task) != null) {
                throw new ParameterException(
                        spec.commandLine(), "two tasks are called " + name + ": their adapters would be one file");
            }
        }
        return names;
    }

    private void adapt(RunUse use, String name, Path task) {
        SniTask whole = SniTask.read(task);
        long begin = System.nanoTime();
        TaskAdapter made = use.adapt(whole);
        double millis = (System.nanoTime() - begin) / 1e6;
        if (steps == 0) {
            write(use, name, made);
        } else {
            refine(use, name, task, made, whole);
        }
        say(
                "%s: adapted to %s (%d tokens) in %.0f ms%n",
                output == null ? place(peft, name) : place(output, name + ".safetensors"),
                made.task().name(),
                use.demonstrationTokens(made),
                millis);
    }

    private void refine(RunUse use, String name, Path task, TaskAdapter made, SniTask whole) {
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
            write(use, name, made.with(refinement.adaptation()));
        }
    }

    /** What was asked for where there is one task, and something in it where there are more. */
    private Path place(Path asked, String name) {
        return tasks.size() == 1 ? asked : asked.resolve(name);
    }

    private void write(RunUse use, String name, TaskAdapter made) {
        if (peft != null) {
            PeftExport.write(made.adaptation(), use.run().main(), use.run().config(), place(peft, name));
        }
        if (output != null) {
            Path file = place(output, name + ".safetensors");
            if (tasks.size() > 1) {
                makeFolder(output);
            }
            use.save(file, made);
        }
    }

    private static void makeFolder(Path path) {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void say(String format, Object... arguments) {
        spec.commandLine().getOut().printf(Locale.ROOT, format, arguments);
    }
}

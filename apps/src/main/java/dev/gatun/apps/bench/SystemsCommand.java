package dev.gatun.apps.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.hart.config.Recipes;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.system.RunData;
import dev.gatun.hart.system.Stages;
import dev.gatun.hart.system.TrainedRun;
import dev.gatun.hart.train.Folders;
import dev.gatun.hart.train.Objective;
import dev.gatun.hart.train.Progress;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.hart.train.World;
import dev.gatun.nn.Parameter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun bench systems}: a training step of each system, side by side. */
@Command(
        name = "systems",
        description = "Times a training step of each of the paper's systems at the mini size.",
        footerHeading = "%nExample:%n",
        footer = {
            "  gatun bench systems --steps 20 --rounds 2",
            "",
            "Systems take turns, with the same batches; times are medians over all steps of all rounds but the first three of",
            "each. The main model keeps its random start, which changes no time."
        })
final class SystemsCommand implements Callable<Integer> {
    private static final int WARMUP = 3;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "15",
            description = "Steps of a system in a round, at least 4. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "2",
            description = "How often each system takes its turn. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--system",
            split = ",",
            paramLabel = "NAME",
            description = "Only these. Default: all that train something.")
    private List<String> names = Arrays.stream(SystemKind.values())
            .filter(SystemKind::trains)
            .map(SystemKind::key)
            .toList();

    /** What was measured of a system. */
    private static final class Measured {
        private final List<Double> seconds = new ArrayList<>();
        private int batch;
        private long kept;
        private double waiting;
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Map<SystemKind, Measured> results = new EnumMap<>(SystemKind.class);
        for (int round = 0; round < rounds; round++) {
            for (String name : names) {
                RunConfig config = config(name);
                measure(config, results.computeIfAbsent(config.system(), _ -> new Measured()));
            }
        }
        out.printf(
                "%-16s %10s %10s %12s %10s %8s%n",
                "system", "kept", "ms a step", "examples/s", "times hart", "waiting");
        double hart = results.containsKey(SystemKind.HART) ? median(results.get(SystemKind.HART)) : Double.NaN;
        results.forEach((kind, measured) -> out.printf(
                Locale.ROOT,
                "%-16s %10d %10.0f %12.1f %10.2f %7.1f%%%n",
                kind.key(),
                measured.kept,
                median(measured) * 1e3,
                measured.batch / median(measured),
                median(measured) / hart,
                100
                        * measured.waiting
                        / measured.seconds.stream().mapToDouble(s -> s).sum()));
        out.flush();
        return 0;
    }

    private RunConfig config(String name) {
        return Recipes.read(
                name + "-mini",
                List.of(
                        "pretrain.steps=0",
                        "pretrain.warmup=0",
                        "continual.steps=0",
                        "continual.warmup=0",
                        "train.steps=" + Math.max(WARMUP + 1, steps),
                        "train.warmup=0",
                        "checkpoint.every=1000000"));
    }

    private static void measure(RunConfig config, Measured measured) throws IOException {
        Path path = Files.createTempDirectory("gatun-system");
        try (RunFolder folder = RunFolder.create(path, config);
                RunData data = RunData.load(config, path)) {
            new Stages(folder, config, data, World.ALONE, Progress.SILENT).run();
            try (TrainedRun run = TrainedRun.load(path);
                    Objective objective = run.system().objective(config.train())) {
                measured.kept = objective.trained().parameters().stream()
                        .mapToLong(Parameter::numel)
                        .sum();
            }
            measured.batch = config.train().batch();
            ObjectMapper json = new ObjectMapper();
            for (String line : Files.readAllLines(path.resolve("metrics.jsonl"))) {
                JsonNode step = json.readTree(line);
                if (step.path("step").asInt() >= WARMUP) {
                    double seconds = step.path("seconds").asDouble();
                    measured.seconds.add(seconds);
                    measured.waiting += seconds * step.path("wait_share").asDouble();
                }
            }
        } finally {
            Folders.delete(path);
        }
    }

    private static double median(Measured measured) {
        double[] sorted = measured.seconds.stream().mapToDouble(s -> s).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}

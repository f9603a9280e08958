package dev.gatun.apps.faults;

import dev.gatun.hart.config.Recipes;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A training of HART on two ranks that takes seconds: small, but the same program as a large one. */
final class TinyTraining {
    /** How many of them lie between two checkpoints. */
    static final int CHECKPOINT_EVERY = 4;

    private static final List<String> STAGES = List.of("pretrain", "train");

    private static final List<String> SETTINGS = List.of(
            "recipe=faults",
            "threads=1",
            "data.held_out=3",
            "model.d_model=16",
            "model.d_kv=8",
            "model.d_ff=32",
            "model.num_heads=2",
            "model.num_layers=1",
            "model.num_decoder_layers=1",
            "hyper.decoder_layers=1",
            "hyper.prefix=2",
            "hyper.queries=4",
            "evaluation.max_new_tokens=4",
            "evaluation.held_out_instances=1",
            "checkpoint.every=" + CHECKPOINT_EVERY,
            "checkpoint.keep=2");

    private final Path recipe;
    private final int steps;

    private TinyTraining(Path recipe, int steps) {
        this.recipe = recipe;
        this.steps = steps;
    }

    /**
     * Writes tasks and a recipe into {@code folder}.
     *
     * @param steps of all stages together
     * @param timeoutSeconds how long ranks wait for each other
     */
    static TinyTraining write(Path folder, int steps, int timeoutSeconds) throws IOException {
        TinyTasks.write(folder);
        Stream<String> paths = Stream.of(
                "data.tasks=" + folder.resolve("tasks"),
                "data.train_split=" + folder.resolve("train.txt"),
                "data.test_split=" + folder.resolve("test.txt"),
                "distributed.timeout=" + timeoutSeconds);
        Stream<String> stages = STAGES.stream()
                .flatMap(stage -> Stream.of(
                                ".steps=" + steps / STAGES.size(),
                                ".warmup=2",
                                ".batch=4",
                                ".accumulate=2",
                                ".max_hyper=48",
                                ".max_main=64",
                                ".max_target=4")
                        .map(stage::concat));
        Path recipe = folder.resolve("faults.yaml");
        Files.writeString(
                recipe,
                Recipes.write(Recipes.read(
                        "hart-mini",
                        Stream.of(SETTINGS.stream(), paths, stages)
                                .flatMap(all -> all)
                                .toList())));
        return new TinyTraining(recipe, steps / STAGES.size() * STAGES.size());
    }

    /** The command that begins the training in {@code run}, or goes on with it. */
    List<String> command(Path run) {
        return List.of("train", recipe.toString(), "--run", run.toString(), "--auto-resume");
    }

    /** Steps of all stages together. */
    int steps() {
        return steps;
    }

    /** Whether ranks that have written {@code said} have trained in {@code run} to the end, and evaluated. */
    boolean isDone(Path run, String said) throws IOException {
        return steps(run) == steps && said.contains("saved: " + run.resolve("evaluation.txt"));
    }

    /** How many steps' metrics there are in {@code run}. */
    static int steps(Path run) throws IOException {
        Path metrics = run.resolve("metrics.jsonl");
        if (Files.notExists(metrics)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(metrics)) {
            return (int) lines.filter(line -> line.endsWith("}")).count();
        }
    }

    /** The newest checkpoint's name, empty if there is none. */
    static String newestCheckpoint(Path run) throws IOException {
        Path checkpoints = run.resolve("checkpoints");
        if (Files.notExists(checkpoints)) {
            return "";
        }
        try (Stream<Path> all = Files.list(checkpoints)) {
            return all.map(checkpoint -> checkpoint.getFileName().toString())
                    .filter(name -> name.matches("[a-z]+-\\d{8}"))
                    .max((a, b) -> Long.compare(age(a), age(b)))
                    .orElse("");
        }
    }

    /** Where a checkpoint is in the order of all. */
    static long age(String checkpoint) {
        int stage = STAGES.indexOf(checkpoint.replaceFirst("-\\d+$", ""));
        return (stage + 1) * 1_000_000L + Long.parseLong(checkpoint.replaceFirst(".*-", ""));
    }

    /**
     * What a finished training has to have in common with one that nothing happened to: every number of its metrics but
     * those that tell how long things took, and the bits of its models.
     */
    static Map<String, String> result(Path run) throws IOException {
        Map<String, String> result = new TreeMap<>();
        try (Stream<String> lines = Files.lines(run.resolve("metrics.jsonl"))) {
            lines.map(TinyTraining::withoutTimes).forEach(line -> result.put("step " + result.size(), line));
        }
        for (String model : List.of("main", "hyper")) {
            try (Stream<Path> files = Files.walk(run.resolve(model))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    result.put(run.relativize(file).toString(), digest(file));
                }
            }
        }
        return result;
    }

    private static String withoutTimes(String metrics) {
        return metrics.replaceAll(
                ",\"(seconds|examples_per_second|wait_share|rank_seconds|straggler)\":(\\[[^]]*]|[^,}]*)", "");
    }

    private static String digest(Path file) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            return new BigInteger(1, digest).toString(16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

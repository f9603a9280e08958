package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.hart.config.Recipes;
import dev.gatun.hart.config.SystemKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Six made-up S-NI tasks, a recipe that is done in a second or two, and a run of it that several tests read. */
final class TinyRun {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> WORDS = List.of("red", "green", "blue", "one", "two", "three", "cat", "dog");
    private static final List<String> TRAIN = List.of("task001_first", "task002_last", "task003_yes", "task004_count");
    private static final List<String> TEST = List.of("task005_second", "task006_no");

    private static Path finished;

    private TinyRun() {}

    /** How a command ended and what it wrote. */
    record Outcome(int exitCode, String out, String err) {
        /** Demands a failure told in one line. */
        void isFailure(int code, String... parts) {
            assertThat(err).hasLineCount(1).contains(parts).doesNotContain("--debug shows where");
            assertThat(exitCode).isEqualTo(code);
        }
    }

    /** Runs Gatun in this JVM. */
    static Outcome gatun(Object... args) {
        String[] texts = Stream.of(args).map(Object::toString).toArray(String[]::new);
        CommandLine line = Gatun.commandLine(Failures.forArguments(texts));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int exitCode = line.execute(texts);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    /** Writes the tasks and a recipe of {@code hart} for them into {@code folder}; returns the recipe's file. */
    static Path recipe(Path folder, String... overrides) {
        return recipe(SystemKind.HART, folder, overrides);
    }

    /** The same of another system. */
    static Path recipe(SystemKind system, Path folder, String... overrides) {
        List<String> all = new ArrayList<>(List.of(
                "recipe=tiny",
                "threads=2",
                "data.tasks=" + folder.resolve("tasks"),
                "data.train_split=" + folder.resolve("train.txt"),
                "data.test_split=" + folder.resolve("test.txt"),
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
                "prefix.length=2",
                "lora.rank=2",
                "hint.prefix=2",
                "hint.bottleneck=4",
                "evaluation.max_new_tokens=4",
                "evaluation.held_out_instances=2",
                "checkpoint.every=5",
                "checkpoint.keep=2"));
        for (String stage : List.of("pretrain", "continual", "train")) {
            boolean skipped =
                    stage.equals("continual") && !system.readsText() || stage.equals("train") && !system.trains();
            all.addAll(List.of(
                    stage + ".steps=" + (skipped ? 0 : 8),
                    stage + ".warmup=" + (skipped ? 0 : 2),
                    stage + ".batch=4",
                    stage + ".accumulate=2",
                    stage + ".max_hyper=" + (stage.equals("continual") ? 17 : 48),
                    stage + ".max_main=" + (stage.equals("continual") ? 8 : 64),
                    stage + ".max_target=4"));
        }
        all.addAll(List.of(overrides));
        Path recipe = folder.resolve("tiny.yaml");
        try {
            Files.createDirectories(folder.resolve("tasks"));
            for (String task : TRAIN) {
                write(folder, task, task.compareTo("task003") < 0 ? "Copying" : "Judging");
            }
            for (String task : TEST) {
                write(folder, task, task.compareTo("task006") < 0 ? "Choosing" : "Denying");
            }
            Files.write(folder.resolve("train.txt"), TRAIN);
            Files.write(folder.resolve("test.txt"), TEST);
            Files.writeString(recipe, Recipes.write(Recipes.read(system.key() + "-mini", all)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return recipe;
    }

    /** A run's metrics without what tells how long things took: what must be the same when it is repeated. */
    static List<String> metrics(Path run) throws IOException {
        return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll(
                        ",\"(seconds|examples_per_second|wait_share|straggler)\":[^,}]*|,\"rank_seconds\":\\[[^]]*]",
                        ""))
                .toList();
    }

    /** One of the made-up tasks in {@code folder}. */
    static Path task(Path folder, int number) {
        return folder.resolve("tasks/" + (number < 5 ? TRAIN.get(number - 1) : TEST.get(number - 5)) + ".json");
    }

    private static void write(Path folder, String name, String category) throws IOException {
        List<Map<String, Object>> instances = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            instances.add(Map.of("id", name + "-" + i, "input", input(name, i), "output", List.of(output(name, i))));
        }
        List<Map<String, Object>> examples = List.of(example(name, 10), example(name, 11));
        JSON.writeValue(
                folder.resolve("tasks/" + name + ".json").toFile(),
                Map.of(
                        "Definition", List.of("Do what " + name.substring(8) + " says."),
                        "Categories", List.of(category),
                        "Positive Examples", examples,
                        "Negative Examples", List.of(),
                        "Input_language", List.of("English"),
                        "Output_language", List.of("English"),
                        "Instruction_language", List.of("English"),
                        "Instances", instances));
    }

    private static Map<String, Object> example(String name, int i) {
        return Map.of("input", input(name, i), "output", output(name, i), "explanation", "It is so.");
    }

    private static String input(String name, int i) {
        int from = i + name.charAt(6);
        return WORDS.get(from % 8) + " " + WORDS.get((from + 3) % 8) + " " + WORDS.get((from + i) % 8);
    }

    private static String output(String name, int i) {
        return input(name, i).split(" ")[name.charAt(6) % 3];
    }

    /** The folder of a run of {@link #recipe}, trained once in this JVM, for reading only; its recipe is beside it. */
    static synchronized Path finished() {
        if (finished == null) {
            try {
                Path folder = Files.createTempDirectory("gatun-tiny");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
                Outcome outcome = gatun("train", recipe(folder), "--run", folder.resolve("run"));
                assertThat(outcome.err()).isEmpty();
                assertThat(outcome.exitCode()).isZero();
                finished = folder.resolve("run");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return finished;
    }

    /** A copy of {@link #finished} that a test may damage. */
    static Path copy(Path to) throws IOException {
        return copy(finished(), to);
    }

    /** A copy of a folder. */
    static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
        return to;
    }

    /** Runs {@code work} with {@code bytes} as standard input. */
    static Outcome withInput(byte[] bytes, Supplier<Outcome> work) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(bytes));
        try {
            return work.get();
        } finally {
            System.setIn(before);
        }
    }

    static void delete(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            // A temporary folder that stays does no harm.
        }
    }
}

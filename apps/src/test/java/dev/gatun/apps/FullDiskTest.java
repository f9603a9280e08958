package dev.gatun.apps;

import static dev.gatun.apps.TinyRun.gatun;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk without room, for which a limit on the size of files stands in: it needs no rights, and a write fails in the same
 * place and way. What was saved before stays, and with room the run goes on from there.
 */
class FullDiskTest {
    /** In the blocks of {@code ulimit}, 512 or 1024 bytes: enough for metrics and settings, too little for weights. */
    private static final int TOO_FEW_FOR_WEIGHTS = 12;

    private static final int TOO_FEW_FOR_AN_ADAPTER = 2;

    @TempDir
    private Path folder;

    @Test
    void trainingEndsWithOneLineAndGoesOnLater() throws Exception {
        Path recipe = TinyRun.recipe(folder);
        Path run = folder.resolve("run");
        Path whole = TinyRun.copy(folder.resolve("whole"));
        // A run that was stopped: nothing but a checkpoint of the first stage.
        TinyRun.copy(run);
        for (String gone : List.of("main", "hyper", "checkpoints")) {
            delete(run.resolve(gone));
        }
        Files.createDirectory(run.resolve("checkpoints"));
        Files.delete(run.resolve("metrics.jsonl"));

        Child.Result full =
                limited(TOO_FEW_FOR_WEIGHTS, "train", recipe.toString(), "--run", run.toString(), "--resume");
        assertThat(full.err())
                .hasLineCount(1)
                .contains(
                        run.resolve("checkpoints").toString(),
                        "could not be written",
                        "nothing saved before was changed");
        assertThat(full.exitCode()).isEqualTo(1);
        assertThat(names(run.resolve("checkpoints")))
                .as("no half checkpoint stays")
                .isEmpty();

        assertThat(gatun("train", recipe, "--run", run, "--resume").exitCode()).isZero();
        assertThat(TinyRun.metrics(run)).isEqualTo(TinyRun.metrics(whole));

        Map<Path, byte[]> before = contents(run);
        Child.Result adapt = limited(
                TOO_FEW_FOR_AN_ADAPTER,
                "adapt",
                run.toString(),
                TinyRun.task(folder, 1).toString(),
                "-o",
                run.resolve("a.safetensors").toString());
        assertThat(adapt.err())
                .hasLineCount(1)
                .contains(run.resolve("a.safetensors").toString());
        assertThat(adapt.exitCode()).isEqualTo(1);
        assertThat(contents(run)).usingRecursiveComparison().isEqualTo(before);
    }

    private Child.Result limited(int blocks, String... args) throws InterruptedException {
        return Child.run(
                Path.of("."),
                Map.of(),
                Stream.concat(
                                Stream.of(
                                        "sh",
                                        "-c",
                                        "ulimit -f " + blocks + " && exec \"$0\" \"$@\"",
                                        Child.jdk("java"),
                                        "-XX:-UsePerfData",
                                        "-XX:TieredStopAtLevel=1",
                                        "--enable-native-access=ALL-UNNAMED",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        Gatun.class.getName()),
                                Stream.of(args))
                        .toList());
    }

    private static List<String> names(Path where) throws IOException {
        try (Stream<Path> all = Files.list(where)) {
            return all.map(p -> p.getFileName().toString()).toList();
        }
    }

    private static Map<Path, byte[]> contents(Path where) throws IOException {
        Map<Path, byte[]> contents = new java.util.TreeMap<>();
        try (Stream<Path> all = Files.walk(where)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                contents.put(path, Files.readAllBytes(path));
            }
        }
        return contents;
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}

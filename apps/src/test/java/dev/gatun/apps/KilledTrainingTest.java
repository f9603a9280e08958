package dev.gatun.apps;

import static dev.gatun.apps.TinyRun.gatun;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is killed, asked to stop, and killed again ends as one that nobody disturbed: to the bit. */
class KilledTrainingTest {
    private static final int STEPS = 120;
    private static final long PATIENCE_SECONDS = 300;
    private static final int STOPPED = 75;

    @TempDir
    private Path folder;

    private Path recipe;
    private Path run;

    @Test
    void endsLikeAnUndisturbedRun() throws Exception {
        recipe = TinyRun.recipe(
                folder, "pretrain.steps=" + STEPS, "train.steps=" + STEPS, "checkpoint.every=10", "model.dropout=0.05");
        run = folder.resolve("run");

        // Each is ended at a moment of chance, but hangs at a step after which that could come too late.
        Process first = start("hang@50:0", "--run", run.toString());
        waitForLines(first, 25);
        // While it runs, the folder is its own.
        gatun("train", recipe, "--run", run, "--resume").isFailure(1, run.toString(), "in use");
        kill(first);
        assertThat(lines()).as("killed in the first stage").isLessThan(STEPS);

        Process second = start("hang@60:0", "--run", run.toString(), "--resume");
        waitForLines(second, 60);
        askToStop(second);

        Process third = start("hang@110:0", "--run", run.toString(), "--resume");
        waitForLines(third, STEPS + 25);
        kill(third);
        assertThat(lines()).as("killed in the second stage").isBetween(STEPS + 25, 2 * STEPS - 1);
        assertThat(run.resolve("main/model.safetensors")).exists();

        assertThat(gatun("train", recipe, "--run", run, "--resume").exitCode()).isZero();
        Path whole = folder.resolve("whole");
        assertThat(gatun("train", recipe, "--run", whole).exitCode()).isZero();
        assertThat(TinyRun.metrics(run)).hasSize(2 * STEPS).isEqualTo(TinyRun.metrics(whole));
        for (String file :
                List.of("main/model.safetensors", "hyper/model.safetensors", "evaluation.json", "predictions.jsonl")) {
            assertThat(run.resolve(file)).as(file).hasSameBinaryContentAs(whole.resolve(file));
        }
        assertThat(leftovers())
                .as("files that a killed process left half written")
                .isEmpty();
    }

    private Process start(String fault, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Child.jdk("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1", // short lives: the optimising compiler would not pay
                "-cp",
                System.getProperty("java.class.path"),
                Gatun.class.getName(),
                "train",
                recipe.toString()));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out.txt").toFile())
                .redirectError(folder.resolve("err.txt").toFile());
        builder.environment().put("GATUN_FAULT", fault);
        return builder.start();
    }

    private int lines() throws IOException {
        Path metrics = run.resolve("metrics.jsonl");
        if (!Files.exists(metrics)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(metrics)) {
            return (int) lines.count();
        }
    }

    /** Returns once the metrics have at least {@code count} lines. */
    private void waitForLines(Process process, int count) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (lines() < count) {
            assertThat(process.isAlive())
                    .as(Files.readString(folder.resolve("err.txt")))
                    .isTrue();
            assertThat(System.nanoTime())
                    .as("waited too long for line " + count)
                    .isLessThan(deadline);
            Thread.sleep(2);
        }
    }

    private static void kill(Process process) throws InterruptedException {
        assertThat(process.isAlive()).isTrue();
        process.destroyForcibly();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + 9);
    }

    /** SIGTERM, which is handled as Ctrl-C is. */
    private void askToStop(Process process) throws Exception {
        process.destroy();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(STOPPED);
        assertThat(Files.readString(folder.resolve("err.txt")).strip())
                .isEqualTo("gatun: stopping after this step, to save a checkpoint...");
        assertThat(Files.readString(folder.resolve("out.txt")))
                .contains("go on with: gatun train " + recipe + " --run " + run + " --resume");
        int steps = lines();
        assertThat(steps).as("stopped in the first stage").isLessThan(STEPS);
        assertThat(run.resolve("checkpoints/pretrain-%08d/state.json".formatted(steps)))
                .exists();
    }

    private List<String> leftovers() throws IOException {
        try (Stream<Path> all = Files.walk(run)) {
            return all.map(Path::toString)
                    .filter(name -> name.contains(".partial-") || name.endsWith(".tmp"))
                    .toList();
        }
    }
}

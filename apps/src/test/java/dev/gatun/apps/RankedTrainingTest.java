package dev.gatun.apps;

import static dev.gatun.apps.TinyRun.gatun;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.torch.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes, started by the launcher, train what one does; killed and stopped they go on to the same bits; they share out
 * an evaluation, with the results of one.
 */
class RankedTrainingTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PRETRAIN = 4;
    private static final int TRAIN = 20;
    private static final long PATIENCE_SECONDS = 120;
    private static final List<String> EVALUATION = List.of("evaluation.json", "evaluation.txt", "predictions.jsonl");

    @TempDir
    private Path folder;

    @Test
    void twoProcessesAreAsOne() throws Exception {
        Path recipe = TinyRun.recipe(
                folder,
                "threads=1",
                "pretrain.steps=" + PRETRAIN,
                "train.steps=" + TRAIN,
                "checkpoint.every=4",
                "distributed.zero=2",
                "distributed.timeout=60");
        Path one = folder.resolve("one");
        assertThat(gatun("train", recipe, "--run", one).exitCode()).isZero();

        Path two = folder.resolve("two");
        Launch whole = new Launch("", "train", recipe, "--run", two);
        assertThat(whole.exitCode()).as(whole.text()).isZero();
        assertThat(Files.readAllLines(two.resolve("ranks/1/metrics.jsonl"))).hasSize(PRETRAIN + TRAIN);
        isCloseTo(one, two);

        Path run = folder.resolve("run");
        killedAndStopped(recipe, run);
        assertThat(TinyRun.metrics(run)).isEqualTo(TinyRun.metrics(two));
        for (String file : List.of("main/model.safetensors", "hyper/model.safetensors", "evaluation.json")) {
            assertThat(run.resolve(file)).as(file).hasSameBinaryContentAs(two.resolve(file));
        }

        evaluationIsTheSame(two);
        adaptersAreSharedOut(one);
    }

    /** All are asked to stop, the same command goes on; a rank is killed, and the launcher starts all of them again. */
    private void killedAndStopped(Path recipe, Path run) throws Exception {
        // Rank 0 hangs at a step, until it is asked to stop: however late the signals come, it has not ended by then.
        Launch first = new Launch("hang@14:0", "train", recipe, "--run", run, "--auto-resume");
        first.awaitLines(run, PRETRAIN + 2);
        first.process.destroy();
        assertThat(first.exitCode()).as(first.text()).isEqualTo(Interrupts.STOPPED);
        int done = Files.readAllLines(run.resolve("metrics.jsonl")).size();
        assertThat(done).as("stopped before the end").isLessThan(PRETRAIN + TRAIN);
        assertThat(run.resolve("checkpoints/train-%08d/manifest.json".formatted(done - PRETRAIN)))
                .exists();

        Launch second = new Launch("hang@5:0", "train", recipe, "--run", run, "--auto-resume");
        second.awaitLines(run, done + 2);
        ProcessHandle rank = second.process
                .descendants()
                .filter(child -> child.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElseThrow();
        assertThat(rank.destroyForcibly()).isTrue();
        assertThat(second.exitCode()).as(second.text()).isZero();
        assertThat(second.text()).contains("SIGKILL");
    }

    private static void isCloseTo(Path one, Path two) throws IOException {
        List<String> expected = TinyRun.metrics(one);
        List<String> actual = TinyRun.metrics(two);
        assertThat(actual).hasSize(PRETRAIN + TRAIN).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            JsonNode line = JSON.readTree(expected.get(i));
            for (String name : List.of("loss", "loss_pred", "loss_cst")) {
                assertThat(JSON.readTree(actual.get(i)).get(name).doubleValue())
                        .as(name + " in line " + i)
                        .isCloseTo(
                                line.get(name).doubleValue(),
                                within(1e-6 * Math.max(1, line.get(name).doubleValue())));
            }
        }
        for (String file : List.of("main/model.safetensors", "hyper/model.safetensors")) {
            try (SafeTensorsFile first = new SafeTensorsFile(one.resolve(file));
                    SafeTensorsFile second = new SafeTensorsFile(two.resolve(file));
                    Scope _ = Scope.open()) {
                for (String name : first.names()) {
                    assertThat(second.load(name).toFloatArray())
                            .as(file + ": " + name)
                            .containsExactly(first.load(name).toFloatArray(), within(1e-5f));
                }
            }
        }
    }

    /** After training on two ranks, by one process, and by two ranks on their own. */
    private void evaluationIsTheSame(Path two) throws Exception {
        Path again = TinyRun.copy(two, folder.resolve("again"));
        forgetEvaluation(again);
        assertThat(gatun("evaluate", again).exitCode()).isZero();
        hasEvaluationOf(two, again);

        forgetEvaluation(again);
        Launch launched = new Launch("", "evaluate", again);
        assertThat(launched.exitCode()).as(launched.text()).isZero();
        hasEvaluationOf(two, again);
    }

    private static void forgetEvaluation(Path run) throws IOException {
        for (String file : EVALUATION) {
            Files.delete(run.resolve(file));
        }
    }

    private static void hasEvaluationOf(Path expected, Path run) {
        for (String file : EVALUATION) {
            assertThat(run.resolve(file)).as(file).hasSameBinaryContentAs(expected.resolve(file));
        }
    }

    /** Ranks need not meet for this. */
    private void adaptersAreSharedOut(Path run) throws Exception {
        List<Object> command = new ArrayList<>(List.of("adapt", run));
        for (int task = 1; task <= 3; task++) {
            command.add(TinyRun.task(folder, task));
        }
        Path all = folder.resolve("adapters");
        Path some = folder.resolve("some");
        assertThat(gatun(Stream.concat(command.stream(), Stream.of("-o", all)).toArray())
                        .err())
                .isEmpty();
        Child.Result second = Child.gatun(
                Map.of("RANK", "1", "WORLD_SIZE", "2", "MASTER_ADDR", "127.0.0.1", "MASTER_PORT", "1"),
                Stream.concat(command.stream(), Stream.of("-o", some))
                        .map(Object::toString)
                        .toArray(String[]::new));
        assertThat(second.exitCode()).as(second.err()).isZero();
        assertThat(all.toFile().list()).hasSize(3);
        assertThat(some.toFile().list()).containsExactly("task002_last.safetensors");
        assertThat(some.resolve("task002_last.safetensors"))
                .hasSameBinaryContentAs(all.resolve("task002_last.safetensors"));
    }

    /** Two ranks of a command, which the launcher starts a second time if they fail. */
    private final class Launch {
        private final Path output;
        private final Process process;

        /** With a fault for {@code InjectedFault}; empty for none. */
        Launch(String fault, Object... command) throws IOException {
            List<String> all = new ArrayList<>(List.of(
                    Child.jdk("java"),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Gatun.class.getName(),
                    "launch",
                    "--nproc-per-node",
                    "2",
                    "--max-restarts",
                    "1",
                    "--"));
            Stream.of(command).map(Object::toString).forEach(all::add);
            output = Files.createTempFile(folder, "launch", ".txt");
            ProcessBuilder builder =
                    new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().put("GATUN_FAULT", fault);
            process = builder.start();
        }

        String text() throws IOException {
            return Files.readString(output);
        }

        int exitCode() throws InterruptedException {
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly(); // its ranks end with it
            assertThat(ended).as("ended in time").isTrue();
            return process.exitValue();
        }

        /** Returns once the run's metrics have at least so many lines. */
        void awaitLines(Path run, int count) throws Exception {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            Path metrics = run.resolve("metrics.jsonl");
            while (!Files.exists(metrics) || Files.readAllLines(metrics).size() < count) {
                assertThat(process.isAlive()).as(text()).isTrue();
                assertThat(System.nanoTime()).as("waited too long: " + text()).isLessThan(deadline);
                Thread.sleep(10);
            }
        }
    }
}

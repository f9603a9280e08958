package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A resumed stage goes on to the same bits: parameters, optimizer, previous states and the generator that dropout draws
 * from all come from the checkpoint. The same by killed processes is tested in apps.
 */
class ResumeTest {
    private static final int STEPS = 10;
    private static final RunConfig CONFIG =
            TinyTraining.config(STEPS, "model.dropout=0.1", "checkpoint.every=3", "checkpoint.keep=2");

    @TempDir
    private Path folder;

    private Path run;

    @BeforeEach
    void name() {
        run = folder.resolve("run");
    }

    /** Trains until {@code stopAt} steps are done, then asks to stop. */
    private boolean train(Path where, RunConfig config, boolean resume, int stopAt, List<String> messages) {
        try (TinyTraining training = new TinyTraining(config.model().dropout())) {
            if (resume) {
                // All that follows must come from the checkpoint.
                Torch.manualSeed(4711);
                training.hyper
                        .parameters()
                        .forEach(p -> p.copy_(p.get().detach().mul(3.0)));
            }
            return training.run(where, config, new StopsAt(stopAt, messages), resume);
        }
    }

    private List<String> uninterrupted() throws IOException {
        Path whole = folder.resolve("whole");
        assertThat(train(whole, CONFIG, false, STEPS, new ArrayList<>())).isTrue();
        List<String> metrics = metrics(whole);
        assertThat(metrics).hasSize(STEPS);
        return metrics;
    }

    private static List<String> metrics(Path where) throws IOException {
        return Metrics.withoutTimes(where.resolve("metrics.jsonl"));
    }

    private List<String> checkpoints() throws IOException {
        return names(run);
    }

    private static List<String> names(Path where) throws IOException {
        try (Stream<Path> all = Files.list(where.resolve("checkpoints"))) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aStoppedStageGoesOnToTheSameBits() throws IOException {
        assertThat(train(run, CONFIG, false, 5, new ArrayList<>())).isFalse();
        assertThat(checkpoints()).containsExactly("train-00000003", "train-00000005");
        List<String> messages = new ArrayList<>();
        assertThat(train(run, CONFIG, true, STEPS, messages)).isTrue();
        assertThat(messages).isEmpty();
        assertThat(metrics(run)).isEqualTo(uninterrupted());
        assertThat(checkpoints()).containsExactly("train-00000009", "train-00000010");
    }

    @ParameterizedTest
    @ValueSource(strings = {"adamw8bit", "adafactor"})
    void everyOptimizerGoesOnToTheSameBits(String optimizer) throws IOException {
        RunConfig config = TinyTraining.config(STEPS, "model.dropout=0.1", "train.optimizer=" + optimizer);
        Path whole = folder.resolve("whole-" + optimizer);
        assertThat(train(whole, config, false, STEPS, new ArrayList<>())).isTrue();
        assertThat(train(run, config, false, 5, new ArrayList<>())).isFalse();
        assertThat(train(run, config, true, STEPS, new ArrayList<>())).isTrue();
        assertThat(metrics(run)).hasSize(STEPS).isEqualTo(metrics(whole));
        assertThat(metrics(whole)).isNotEqualTo(uninterrupted());
    }

    /** As kill -9 leaves it: steps past the checkpoint in the metrics, half a line, half a checkpoint. */
    @Test
    void whatAKillLeftIsPutInOrder() throws IOException {
        train(run, CONFIG, false, 7, new ArrayList<>());
        delete(run.resolve("checkpoints/train-00000007"));
        Path half = Files.createDirectories(run.resolve("checkpoints/train-00000007.partial-1"));
        Files.writeString(half.resolve("state.json"), "{}");
        Path unfinished = Files.createDirectories(run.resolve("checkpoints/train-00000008"));
        Files.writeString(
                run.resolve("metrics.jsonl"),
                metrics(run).getLast().substring(0, 20),
                java.nio.file.StandardOpenOption.APPEND);
        assertThat(train(run, CONFIG, true, STEPS, new ArrayList<>())).isTrue();
        assertThat(metrics(run)).isEqualTo(uninterrupted());
        assertThat(half).as("the next start clears it away").doesNotExist();
        assertThat(unfinished).as("and what never was a checkpoint").doesNotExist();
    }

    /** Whatever happened to the newest checkpoint is told, and the run goes on from the one before, to the same bits. */
    @Test
    void aDamagedCheckpointIsPassedOver() throws IOException {
        train(run, CONFIG, false, 7, new ArrayList<>());
        List<String> expected = uninterrupted();
        Map<String, Damage> damages = new LinkedHashMap<>();
        damages.put("model.safetensors is damaged", file -> cut(file.resolve("model.safetensors")));
        damages.put("optimizer.safetensors is damaged", file -> flip(file.resolve("optimizer.safetensors")));
        damages.put("objective.safetensors is missing", file -> Files.delete(file.resolve("objective.safetensors")));
        damages.put("state.json is damaged", file -> Files.writeString(file.resolve("state.json"), "{}"));
        damages.put("manifest.json cannot be read", file -> cut(file.resolve("manifest.json")));
        damages.put("it has no manifest.json", file -> Files.delete(file.resolve("manifest.json")));
        for (Map.Entry<String, Damage> damage : damages.entrySet()) {
            Path copy = folder.resolve(damage.getKey());
            copy(run, copy);
            Path newest = copy.resolve("checkpoints/train-00000007");
            damage.getValue().to(newest);
            List<String> messages = new ArrayList<>();
            assertThat(train(copy, CONFIG, true, STEPS, messages)).isTrue();
            assertThat(messages)
                    .singleElement()
                    .asString()
                    .startsWith("warning: passed over the checkpoint " + newest)
                    .contains(damage.getKey())
                    .doesNotContain("\n");
            assertThat(metrics(copy)).isEqualTo(expected);
            assertThat(names(copy)).as("the damaged one goes").containsExactly("train-00000009", "train-00000010");
        }
    }

    @Test
    void withoutAWholeCheckpointNothingIsBegunAgain() throws IOException {
        train(run, CONFIG, false, 7, new ArrayList<>());
        for (String name : names(run)) {
            flip(run.resolve("checkpoints").resolve(name).resolve("model.safetensors"));
        }
        List<String> before = metrics(run);
        assertThatThrownBy(() -> train(run, CONFIG, true, STEPS, new ArrayList<>()))
                .isInstanceOf(RunException.class)
                .hasMessageContainingAll(
                        "train-00000006", "train-00000007", "model.safetensors is damaged", "delete them")
                .message()
                .doesNotContain("\n");
        assertThat(metrics(run)).isEqualTo(before);
    }

    @FunctionalInterface
    private interface Damage {
        void to(Path checkpoint) throws IOException;
    }

    private static void cut(Path file) throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    @Test
    void anotherNumberOfThreadsIsWarnedOf() {
        train(run, CONFIG, false, 4, new ArrayList<>());
        List<String> messages = new ArrayList<>();
        RunConfig other =
                TinyTraining.config(STEPS, "model.dropout=0.1", "checkpoint.every=3", "checkpoint.keep=2", "threads=2");
        train(run, other, true, STEPS, messages);
        assertThat(messages)
                .singleElement()
                .asString()
                .startsWith("warning: ")
                .contains(Torch.version(), "1 threads", "with 2")
                .contains("may differ in their last bits");
        Torch.setNumThreads(1);
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}

package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
            return training.run(where, config, new Listener(stopAt, messages), resume);
        }
    }

    private static final class Listener extends SilentProgress {
        private final int stopAt;
        private final List<String> messages;
        private long done;

        Listener(int stopAt, List<String> messages) {
            this.stopAt = stopAt;
            this.messages = messages;
        }

        @Override
        public void step(long count, double loss, double examplesPerSecond) {
            done = count;
        }

        @Override
        public void message(String text) {
            messages.add(text);
        }

        @Override
        public boolean stopRequested() {
            return done >= stopAt;
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
        try (Stream<Path> all = Files.list(run.resolve("checkpoints"))) {
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
        assertThat(half).as("the next checkpoint clears it away").doesNotExist();
        assertThat(unfinished).as("a folder without a state is no checkpoint").isEmptyDirectory();
    }

    @Test
    void aTruncatedCheckpointIsNamedAndTheOneBeforeItServes() throws IOException {
        train(run, CONFIG, false, 7, new ArrayList<>());
        Path newest = run.resolve("checkpoints/train-00000007");
        for (String name : List.of("model.safetensors", "optimizer.safetensors", "objective.safetensors")) {
            Path file = newest.resolve(name);
            byte[] whole = Files.readAllBytes(file);
            try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
                cut.setLength(whole.length / 2);
            }
            assertThatThrownBy(() -> train(run, CONFIG, true, STEPS, new ArrayList<>()))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(file.toString())
                    .message()
                    .doesNotContain("\n");
            Files.write(file, whole);
        }
        Files.writeString(newest.resolve("state.json"), "{\"stage\": \"tra");
        assertThatThrownBy(() -> train(run, CONFIG, true, STEPS, new ArrayList<>()))
                .isInstanceOf(RunException.class)
                .hasMessageContaining(newest.toString())
                .hasMessageContaining("delete it to resume from the one before")
                .message()
                .doesNotContain("\n");
        delete(newest);
        assertThat(train(run, CONFIG, true, STEPS, new ArrayList<>())).isTrue();
        assertThat(metrics(run)).isEqualTo(uninterrupted());
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

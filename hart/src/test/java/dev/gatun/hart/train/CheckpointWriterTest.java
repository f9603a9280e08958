package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.optim.AdamW;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is what training was when it was asked for, whatever happens until it is on the disk. */
class CheckpointWriterTest {
    private static final byte[] RNG = Torch.getRngState();

    @TempDir
    private Path folder;

    private static Learner learner(TinyTraining training) {
        return new OneProcessLearner(
                training.hyper,
                new AdamW(training.hyper.parameters(), 1e-3, 0),
                new GradientWorkers(training.objective, 1, 1, false));
    }

    private Checkpoints checkpoints() {
        return new Checkpoints(folder, "test");
    }

    private static Snapshot snapshot(TinyTraining training, Learner learner, long step) {
        return new Snapshot(
                new Checkpoint.State("train", step, 1, "2", List.of(RNG)), training.objective, learner, World.ALONE);
    }

    private static float[] first(TinyTraining training) {
        try (Scope _ = Scope.open()) {
            return training.hyper.parameters().getFirst().get().detach().toFloatArray();
        }
    }

    @Test
    void trainingGoesOnMeanwhile() {
        CountDownLatch mayEnd = new CountDownLatch(1);
        long before = Scope.unclosedTensors();
        try (TinyTraining training = new TinyTraining(0);
                Learner learner = learner(training)) {
            float[] saved = first(training);
            Checkpoints checkpoints = checkpoints();
            try (CheckpointWriter writer = new CheckpointWriter(checkpoints, 2, Duration.ZERO, () -> await(mayEnd))) {
                writer.save(snapshot(training, learner, 1));
                // Not waited for: this thread goes on while the writer is held up.
                try (Scope _ = Scope.open()) {
                    training.hyper
                            .parameters()
                            .forEach(p -> p.copy_(p.get().detach().mul(2.0)));
                }
                writer.check();
                mayEnd.countDown();
                writer.save(snapshot(training, learner, 2));
            }
            assertThat(checkpoints.list()).hasSize(2);
            Checkpoint.load(checkpoints.path("train", 1), training.objective, learner);
            assertThat(first(training)).isEqualTo(saved);
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFailureIsTheTrainingsFailure() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        long before = Scope.unclosedTensors();
        try (TinyTraining training = new TinyTraining(0);
                Learner learner = learner(training)) {
            CheckpointWriter writer = new CheckpointWriter(new Checkpoints(file, "test"), 2, Duration.ZERO, () -> {});
            writer.save(snapshot(training, learner, 1));
            assertThatThrownBy(() -> writer.save(snapshot(training, learner, 2)))
                    .isInstanceOf(RunException.class)
                    .hasMessageContainingAll("train-00000001", "could not be written", "nothing saved before");
            writer.close();
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }

    @Test
    void theNewestStayAndTheOldestGoes() {
        try (TinyTraining training = new TinyTraining(0);
                Learner learner = learner(training)) {
            Checkpoints checkpoints = checkpoints();
            try (CheckpointWriter writer = new CheckpointWriter(checkpoints, 3, Duration.ZERO, () -> {})) {
                for (long step : List.of(1L, 2L, 10L, 11L, 100L)) {
                    writer.save(snapshot(training, learner, step));
                }
            }
            assertThat(checkpoints.list())
                    .containsExactly(
                            checkpoints.path("train", 10),
                            checkpoints.path("train", 11),
                            checkpoints.path("train", 100));
        }
    }
}

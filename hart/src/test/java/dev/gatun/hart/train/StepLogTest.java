package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Steps are written down in order and whole, at once or one step late, and never after one that was not finite. */
class StepLogTest {
    private static final RunConfig CONFIG = TinyTraining.config(10);
    private static final StepLog.Timing TIMING = new StepLog.Timing(2_000_000, 1_000_000);

    @TempDir
    private Path folder;

    private final List<Long> told = new ArrayList<>();
    private final SilentProgress progress = new SilentProgress() {
        @Override
        public void step(long count, double loss, double examplesPerSecond) {
            told.add(count);
        }
    };

    private StepLog log(MetricsLog metrics, boolean late) {
        RankReports reports = new RankReports(World.ALONE, 2, progress::message);
        return new StepLog("train", CONFIG.train(), metrics, progress, reports, Device.CPU, late, () -> "layer.3");
    }

    private static void add(StepLog log, long step, double loss, float norm) {
        try (Scope _ = Scope.open()) {
            log.check(step, Tensor.of(new double[] {loss, 0.25, loss}), Tensor.of(new float[] {norm}, 1));
            log.add(step, 0.1, TIMING);
        }
    }

    @Test
    void aLateLogIsOneStepBehindUntilItCatchesUp() throws Exception {
        Path file = folder.resolve("metrics.jsonl");
        try (MetricsLog metrics = new MetricsLog(file, "train", 0);
                StepLog log = log(metrics, true)) {
            add(log, 0, 3, 2);
            assertThat(told).isEmpty();
            add(log, 1, 2, 1);
            assertThat(told).containsExactly(1L);
            log.catchUp();
            log.catchUp();
            assertThat(told).containsExactly(1L, 2L);
        }
        assertThat(Metrics.withoutTimes(file))
                .hasSize(2)
                .first()
                .asString()
                .contains("\"step\":0", "\"loss\":3.0", "\"grad_norm\":2.0", "\"loss_cst\":0.25");
    }

    @Test
    void otherwiseItIsWrittenAtOnce() {
        try (MetricsLog metrics = new MetricsLog(folder.resolve("metrics.jsonl"), "train", 0);
                StepLog log = log(metrics, false)) {
            add(log, 4, 3, 2);
            assertThat(told).containsExactly(5L);
        }
    }

    @Test
    void whatIsTakenAtOnceIsRefusedBeforeTheOptimizerUsesIt() {
        try (MetricsLog metrics = new MetricsLog(folder.resolve("metrics.jsonl"), "train", 0);
                StepLog log = log(metrics, false);
                Scope _ = Scope.open()) {
            Tensor losses = Tensor.of(new double[] {3, 0, 3});
            assertThatThrownBy(() -> log.check(5, losses, Tensor.of(new float[] {Float.NaN}, 1)))
                    .hasMessageContainingAll("norm NaN in step 5 of train; first layer.3");
        }
    }

    @Test
    void whatIsNotFiniteEndsTheRun() {
        try (MetricsLog metrics = new MetricsLog(folder.resolve("metrics.jsonl"), "train", 0);
                StepLog log = log(metrics, true)) {
            add(log, 0, 3, 2);
            add(log, 1, Double.NaN, 1);
            assertThatThrownBy(() -> add(log, 2, 3, 2))
                    .isInstanceOf(RunException.class)
                    .hasMessageContainingAll("the loss is NaN", "step 1 of train; first layer.3", "train.lr");
            add(log, 3, 3, Float.POSITIVE_INFINITY);
            assertThatThrownBy(log::catchUp).hasMessageContainingAll("the gradient's norm Infinity", "step 3");
            assertThat(told).containsExactly(1L);
        }
    }
}

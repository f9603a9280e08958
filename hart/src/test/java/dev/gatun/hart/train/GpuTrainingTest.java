package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.cuda.Cuda;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stage on a real GPU: the losses of the CPU, without a wait in any step. */
class GpuTrainingTest {
    private static final int STEPS = 8;
    private static final Device GPU = Device.cuda(0);

    @TempDir
    private Path folder;

    @BeforeEach
    void needsOne() {
        assumeTrue(Cuda.isAvailable(), () -> "needs a GPU: " + Cuda.whyUnavailable());
    }

    private List<Double> losses(TensorOptions options, String name, SilentProgress also, String... overrides) {
        List<Double> losses = new ArrayList<>();
        SilentProgress progress = new SilentProgress() {
            @Override
            public void step(long count, double loss, double examplesPerSecond) {
                losses.add(loss);
                also.step(count, loss, examplesPerSecond);
            }
        };
        try (TinyTraining training = new TinyTraining(0)) {
            training.to(options).run(folder.resolve(name), TinyTraining.config(STEPS, overrides), progress, false);
        }
        return losses;
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, fp32, 1e-4", "BFLOAT16, bf16, 3e-2"})
    void learnsAsOnTheCpu(DType dtype, String precision, double tolerance) {
        List<Double> expected = losses(DType.FLOAT32, "cpu", new SilentProgress());
        List<Double> actual = losses(
                TensorOptions.of(dtype, GPU),
                "gpu",
                new SilentProgress(),
                "precision=" + precision,
                "train.accumulate=2");
        for (int step = 0; step < STEPS; step++) {
            assertThat(actual.get(step) / expected.get(step)).isCloseTo(1, within(tolerance));
        }
    }

    /** libtorch makes an op that waits an error, once libraries have set themselves up. */
    @Test
    void noStepWaits() {
        SilentProgress strict = new SilentProgress() {
            @Override
            public void step(long count, double loss, double examplesPerSecond) {
                Cuda.setSyncDebugMode(
                        count > 1 && count < STEPS - 1 ? Cuda.SyncDebugMode.ERROR : Cuda.SyncDebugMode.DEFAULT);
            }
        };
        try {
            assertThat(losses(
                            TensorOptions.of(DType.BFLOAT16, GPU),
                            "strict",
                            strict,
                            "precision=bf16",
                            "train.optimizer=adamw8bit"))
                    .hasSize(STEPS);
        } finally {
            Cuda.setSyncDebugMode(Cuda.SyncDebugMode.DEFAULT);
        }
    }
}

package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.torch.DType;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stage in bfloat16 learns as one in float32 does, with copies of the weights or with random rounding, and goes on as exactly. */
class PrecisionTest {
    private static final int STEPS = 40;

    @TempDir
    private Path folder;

    private List<Double> losses(String precision) {
        List<Double> losses = new ArrayList<>();
        SilentProgress progress = new SilentProgress() {
            @Override
            public void step(long count, double loss, double examplesPerSecond) {
                losses.add(loss);
            }
        };
        try (TinyTraining training = training(precision)) {
            training.run(
                    folder.resolve(precision),
                    TinyTraining.config(STEPS, "train.accumulate=2", "cst.alpha=0", "precision=" + precision),
                    progress,
                    false);
        }
        return losses;
    }

    private static TinyTraining training(String precision) {
        TinyTraining training = new TinyTraining(0);
        Torch.manualSeed(11);
        return precision.equals("fp32") ? training : training.to(DType.BFLOAT16);
    }

    private static double mean(List<Double> losses, int begin) {
        return losses.subList(begin, begin + 10).stream()
                .mapToDouble(loss -> loss)
                .average()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bf16", "bf16_stochastic"})
    void learnsAsInFloat32(String precision) {
        List<Double> expected = losses("fp32");
        List<Double> actual = losses(precision);
        for (int begin = 0; begin < STEPS; begin += 10) {
            assertThat(mean(actual, begin) / mean(expected, begin)).isCloseTo(1, within(0.02));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bf16", "bf16_stochastic"})
    void goesOnToTheSameBits(String precision) throws IOException {
        List<String> whole = metrics(precision, "whole", List.of(8));
        assertThat(metrics(precision, "parts", List.of(3, 8))).isEqualTo(whole);
    }

    /** Each start trains up to one of {@code stops} steps. */
    private List<String> metrics(String precision, String name, List<Integer> stops) throws IOException {
        Path run = folder.resolve(precision + name);
        for (int stop : stops) {
            long[] done = {0};
            SilentProgress progress = new SilentProgress() {
                @Override
                public void step(long count, double loss, double examplesPerSecond) {
                    done[0] = count;
                }

                @Override
                public boolean stopRequested() {
                    return done[0] >= stop;
                }
            };
            try (TinyTraining training = training(precision)) {
                training.run(
                        run,
                        TinyTraining.config(8, "precision=" + precision),
                        progress,
                        !stops.getFirst().equals(stop));
            }
        }
        return Metrics.withoutTimes(run.resolve("metrics.jsonl"));
    }

    @Test
    void theModelItselfIsNarrow() {
        try (TinyTraining training = training("bf16")) {
            training.run(
                    folder.resolve("narrow"), TinyTraining.config(2, "precision=bf16"), new SilentProgress(), false);
            assertThat(training.hyper.parameters())
                    .allMatch(parameter -> parameter.get().dtype() == DType.BFLOAT16);
        }
    }
}

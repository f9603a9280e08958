package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand steps leave no tensor behind and take no more memory than the first few hundred. */
class LongTrainingTest {
    private static final int STEPS = 1000;
    private static final int EVERY = 100;
    /** Measured 0 to 4 MB; a leak of one micro-batch's graph a step would be some 100 MB. */
    private static final double MEGABYTES = 16;

    @TempDir
    private Path folder;

    @Test
    void memoryStaysFlat() {
        Torch.setNumThreads(1);
        long before = Scope.unclosedTensors();
        List<Long> live = new ArrayList<>();
        List<Double> resident = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        try (TinyTraining training = new TinyTraining(0.0)) {
            Progress progress = new SilentProgress() {
                @Override
                public void step(long done, double loss, double examplesPerSecond) {
                    if (done == 1 || done % EVERY == EVERY / 2) {
                        live.add(settled());
                    }
                    losses.add(loss);
                    if (done % (STEPS / 2) == 0) {
                        resident.add(residentMegabytes());
                    }
                }
            };
            assertThat(training.run(
                            folder.resolve("run"),
                            TinyTraining.config(STEPS, "checkpoint.every=" + EVERY),
                            progress,
                            false))
                    .isTrue();
        }
        // The first step makes the optimizer's state and the first previous h. Checkpoints are copies, until they are
        // written, so none is due at these steps.
        assertThat(live).hasSize(1 + STEPS / EVERY).containsOnly(live.getFirst());
        assertThat(losses).hasSize(STEPS);
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
        assertThat(losses.subList(STEPS - 50, STEPS).stream()
                        .mapToDouble(d -> d)
                        .average()
                        .orElseThrow())
                .as("it learns something: short random targets share their last token")
                .isLessThan(losses.getFirst());
        System.out.printf(
                Locale.ROOT,
                "1,000 steps: %d live tensors after each, resident %.0f MB after half and %.0f MB after all%n",
                live.getFirst(),
                resident.getFirst(),
                resident.getLast());
        assertThat(resident.getLast() - resident.getFirst()).isLessThan(MEGABYTES);
    }

    /** Live tensors, once the thread that places the next batches has all that it may have. */
    private static long settled() {
        long counted = Scope.unclosedTensors();
        for (int same = 0; same < 20; ) {
            LockSupport.parkNanos(1_000_000);
            long again = Scope.unclosedTensors();
            same = again == counted ? same + 1 : 0;
            counted = again;
        }
        return counted;
    }

    /** After a collection, so that the Java heap's own ups and downs do not count. */
    private static double residentMegabytes() {
        System.gc();
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thousand steps leave no tensor behind and take no more memory than the first few hundred. */
class LongTrainingTest {
    private static final int STEPS = 1000;
    private static final int NEXT_BATCH = 28;
    private static final int EVERY = 100;
    /** Measured 0 to 4 MB; a leak of one micro-batch's graph a step would be some 100 MB. */
    private static final double MEGABYTES = 16;

    @TempDir
    private Path folder;

    @Test
    void memoryStaysFlat() {
        Torch.setNumThreads(1);
        long before = Scope.liveTensors();
        List<Long> live = new ArrayList<>();
        List<Double> resident = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        try (TinyTraining training = new TinyTraining(0.0)) {
            Progress progress = new SilentProgress() {
                @Override
                public void step(long done, double loss, double examplesPerSecond) {
                    live.add(Scope.liveTensors());
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
        assertThat(live).hasSize(STEPS);
        // The first step makes the optimizer's state and the first previous h. Checkpoints are copies, until they are
        // written. Another thread makes the next batch's tensors meanwhile, or has some of them; the last step has
        // none.
        long alone = live.getLast();
        for (int begin = 0; begin < STEPS; begin += EVERY) {
            assertThat(Collections.min(live.subList(begin, begin + EVERY)))
                    .as("steps from " + begin)
                    .isBetween(alone, alone + NEXT_BATCH);
        }
        assertThat(Scope.liveTensors()).isEqualTo(before);
        assertThat(losses.subList(STEPS - 50, STEPS).stream()
                        .mapToDouble(d -> d)
                        .average()
                        .orElseThrow())
                .as("it learns something: short random targets share their last token")
                .isLessThan(losses.getFirst());
        System.out.printf(
                Locale.ROOT,
                "1,000 steps: %d live tensors after each, resident %.0f MB after half and %.0f MB after all%n",
                alone,
                resident.getFirst(),
                resident.getLast());
        assertThat(resident.getLast() - resident.getFirst()).isLessThan(MEGABYTES);
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

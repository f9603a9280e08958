package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.data.TaskSampler.Demonstrations;
import dev.gatun.data.TaskSampler.Weighting;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Batches of the bundled tasks stay what they were, so that runs can be repeated with a later version. */
class SniMiniBatchesTest {
    @Test
    void batchesKeepTheirBits() {
        List<SniTask> tasks = SniMini.trainTasks();
        try (T5Tokenizer tokenizer = SniMini.tokenizer()) {
            var plain = new TrainingBatches(
                    new TaskSampler(tasks, 42), new ExampleEncoder(tokenizer, BatchOptions.IN_CONTEXT));
            var tuned = new TrainingBatches(
                    new TaskSampler(tasks, 7, Weighting.UNIFORM, Demonstrations.MIXED, 2, new SymbolTuning(0.5, tasks)),
                    new ExampleEncoder(tokenizer, BatchOptions.HYPER));
            CRC32C crc = new CRC32C();
            for (long step = 0; step < 4; step++) {
                add(crc, plain.batch(step, 0, 8));
                add(crc, tuned.batch(step, 3, 8));
                plain.byLength(step, 8, 2).forEach(batch -> add(crc, batch));
            }
            assertThat(crc.getValue()).isEqualTo(3791489759L);
        }
    }

    private static void add(CRC32C crc, Batch batch) {
        for (LongMatrix matrix :
                List.of(batch.hyperIds(), batch.hyperMask(), batch.mainIds(), batch.mainMask(), batch.labels())) {
            for (long value : matrix.values()) {
                crc.update((int) value);
                crc.update((int) (value >> 8));
            }
        }
        for (int task : batch.tasks()) {
            crc.update(task);
        }
    }
}

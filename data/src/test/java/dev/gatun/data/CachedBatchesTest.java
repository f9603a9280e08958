package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.data.TaskSampler.Demonstrations;
import dev.gatun.data.TaskSampler.Weighting;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachedBatchesTest {
    @TempDir
    private Path folder;

    private final List<SniTask> tasks = SniMini.trainTasks().subList(0, 8);

    /** T5's tokenizer, counting its use. */
    private record Counting(T5Tokenizer base, AtomicInteger uses) implements Tokenizer {
        @Override
        public long[] encode(String text) {
            uses.incrementAndGet();
            return base.encode(text);
        }

        @Override
        public String decode(long[] ids) {
            return base.decode(ids);
        }

        @Override
        public int vocabSize() {
            return base.vocabSize();
        }

        @Override
        public String fingerprint() {
            return base.fingerprint();
        }
    }

    private void check(TrainingBatches plain) {
        try (CachedBatches cached = new CachedBatches(plain, new TokenCache(folder))) {
            for (int slot = 0; slot < 80; slot++) {
                assertThat(cached.example(3, slot)).usingRecursiveComparison().isEqualTo(plain.example(3, slot));
            }
            assertThat(cached.batch(1, 2, 4).mainIds().values())
                    .isEqualTo(plain.batch(1, 2, 4).mainIds().values());
        }
    }

    @Test
    void everyKindOfBatchIsTheSame() {
        try (T5Tokenizer t5 = SniMini.tokenizer()) {
            TaskSampler own = new TaskSampler(tasks, 5);
            check(new TrainingBatches(own, new ExampleEncoder(t5, BatchOptions.HYPER)));
            check(new TrainingBatches(own, new ExampleEncoder(t5, BatchOptions.IN_CONTEXT)));
            check(TrainingBatches.mixture(own, t5, BatchOptions.IN_CONTEXT, EncodingOptions.TK_INSTRUCT_MIXTURE));
            TaskSampler mixed =
                    new TaskSampler(tasks, 5, Weighting.UNIFORM, Demonstrations.MIXED, 2, new SymbolTuning(0.5, tasks));
            check(new TrainingBatches(mixed, new ExampleEncoder(t5, BatchOptions.HYPER)));
        }
    }

    @Test
    void theSecondTimeNothingIsEncoded() {
        try (T5Tokenizer t5 = SniMini.tokenizer()) {
            Counting counting = new Counting(t5, new AtomicInteger());
            TrainingBatches plain =
                    new TrainingBatches(new TaskSampler(tasks, 5), new ExampleEncoder(counting, BatchOptions.HYPER));
            new CachedBatches(plain, new TokenCache(folder)).close();
            assertThat(counting.uses().getAndSet(0)).isPositive();
            try (CachedBatches cached = new CachedBatches(plain, new TokenCache(folder))) {
                cached.batch(0, 0, 32);
                assertThat(counting.uses()).hasValue(0);
            }
            TrainingBatches fewer = new TrainingBatches(
                    new TaskSampler(tasks.subList(0, 7), 5), new ExampleEncoder(counting, BatchOptions.HYPER));
            new CachedBatches(fewer, new TokenCache(folder)).close();
            assertThat(counting.uses().get()).isPositive();
        }
    }
}

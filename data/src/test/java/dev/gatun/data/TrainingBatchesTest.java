package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.data.BatchOptions.Mode;
import dev.gatun.data.TaskSampler.Draw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrainingBatchesTest {
    private static T5Tokenizer tokenizer;
    private static List<SniTask> tasks;

    @BeforeAll
    @BeforeContainer
    static void open() {
        tokenizer = SniMini.tokenizer();
        tasks = SniMini.trainTasks().subList(0, 20);
    }

    @AfterAll
    @AfterContainer
    static void close() {
        tokenizer.close();
    }

    private static TrainingBatches batches(BatchOptions options) {
        return new TrainingBatches(new TaskSampler(tasks, 11), new ExampleEncoder(tokenizer, options));
    }

    @Test
    void byLengthHoldsTheSameRowsWithLessPadding() {
        TrainingBatches batches = batches(BatchOptions.IN_CONTEXT);
        Batch whole = batches.batch(3, 0, 12);
        List<Batch> parts = batches.byLength(3, 12, 4);
        List<List<Long>> expected = new ArrayList<>();
        List<List<Long>> found = new ArrayList<>();
        for (int row = 0; row < 12; row++) {
            expected.add(row(whole, row));
            found.add(row(parts.get(row / 3), row % 3));
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(parts)
                .isSortedAccordingTo(
                        Comparator.comparingInt(part -> part.mainIds().columns()));
        assertThat(parts.get(0).mainIds().columns()).isLessThan(whole.mainIds().columns());
        assertThatThrownBy(() -> batches.byLength(3, 12, 5)).hasMessageContaining("12 rows do not make 5 equal parts");
    }

    private static List<Long> row(Batch batch, int row) {
        return Arrays.stream(tokens(batch.mainIds(), batch.mainMask(), row))
                .boxed()
                .toList();
    }

    /** Ranks and accumulation: any cut of the slots gives the same rows, whatever is asked for before. */
    @Property(tries = 25)
    void anyCutOfTheSlotsGivesTheSameRows(
            @ForAll @LongRange(min = 0, max = 1_000_000) long step, @ForAll @IntRange(min = 1, max = 7) int cut) {
        TrainingBatches batches = batches(BatchOptions.HYPER);
        Batch whole = batches.batch(step, 0, 8);
        Batch second = batches.batch(step, cut, 8 - cut);
        Batch first = batches.batch(step, 0, cut);
        for (int row = 0; row < 8; row++) {
            Batch part = row < cut ? first : second;
            int r = row < cut ? row : row - cut;
            assertThat(part.tasks()[r]).isEqualTo(whole.tasks()[row]);
            assertThat(tokens(part.hyperIds(), part.hyperMask(), r))
                    .isEqualTo(tokens(whole.hyperIds(), whole.hyperMask(), row));
            assertThat(tokens(part.mainIds(), part.mainMask(), r))
                    .isEqualTo(tokens(whole.mainIds(), whole.mainMask(), row));
            assertThat(labels(part, r)).isEqualTo(labels(whole, row));
        }
    }

    @Test
    void hyperModeSplitsDemonstrationsAndQuery() {
        Batch batch = batches(BatchOptions.HYPER).batch(5, 0, 6);
        TaskSampler sampler = new TaskSampler(tasks, 11);
        for (int row = 0; row < batch.rows(); row++) {
            Draw draw = sampler.draw(5, row);
            assertThat(batch.tasks()[row]).isEqualTo(draw.task());
            String hyper = tokenizer.decode(tokens(batch.hyperIds(), batch.hyperMask(), row));
            assertThat(hyper)
                    .startsWith("Definition: ")
                    .contains("Positive Example 2")
                    .doesNotContain("Now complete");
            String main = tokenizer.decode(tokens(batch.mainIds(), batch.mainMask(), row));
            assertThat(main).startsWith("Now complete the following example");
            assertThat(labels(batch, row)).isEqualTo(tokenizer.encodeWithEos(draw.reference(), 128));
        }
    }

    @Test
    void mixtureDrawsEachEncodingEquallyOftenAndKeepsTheDraws() {
        TaskSampler sampler = new TaskSampler(tasks, 11);
        BatchOptions options = BatchOptions.IN_CONTEXT.withLengths(1, 4096, 128);
        TrainingBatches mixed =
                TrainingBatches.mixture(sampler, tokenizer, options, EncodingOptions.TK_INSTRUCT_MIXTURE);
        int[] counts = new int[5];
        for (int slot = 0; slot < 500; slot++) {
            Draw draw = sampler.draw(0, slot);
            long[] main = mixed.example(0, slot).main();
            int found = -1;
            for (int e = 0; e < 5; e++) {
                long[] expected = mixed.encoders()
                        .get(e)
                        .encode(
                                draw.task(),
                                tasks.get(draw.task()),
                                draw.demonstrations(),
                                draw.instance().input(),
                                draw.reference())
                        .main();
                if (Arrays.equals(main, expected)) {
                    found = e;
                    break;
                }
            }
            assertThat(found).as("slot " + slot).isNotNegative();
            counts[found]++;
        }
        // Where a task has no explanations or negative examples, two encodings are the same text: counted as the first.
        assertThat(counts[0]).isBetween(70, 130);
        assertThat(counts[1]).isBetween(70, 130);
        assertThat(counts[2] + counts[3] + counts[4]).isBetween(250, 350);
        assertThat(counts[3]).isPositive();
        assertThat(counts[4]).isPositive();
    }

    @Test
    void inContextModeHasOneSource() {
        Batch batch = batches(BatchOptions.IN_CONTEXT).batch(5, 0, 4);
        assertThat(batch.hyperIds().columns()).isZero();
        assertThat(batch.hyperIds().rows()).isEqualTo(4);
        for (int row = 0; row < 4; row++) {
            assertThat(tokenizer.decode(tokens(batch.mainIds(), batch.mainMask(), row)))
                    .startsWith("Definition: ")
                    .contains("Positive Example 1")
                    .contains("Now complete the following example");
        }
    }

    @Test
    void everySequenceEndsInEosWithinItsLimit() {
        Batch batch = batches(BatchOptions.HYPER.withLengths(40, 30, 3)).batch(0, 0, 16);
        assertThat(batch.hyperIds().columns()).isEqualTo(40);
        assertThat(batch.mainIds().columns()).isEqualTo(30);
        assertThat(batch.labels().columns()).isLessThanOrEqualTo(3);
        for (int row = 0; row < batch.rows(); row++) {
            long[] main = tokens(batch.mainIds(), batch.mainMask(), row);
            assertThat(main[main.length - 1]).isEqualTo(Tokenizer.EOS);
            long[] hyper = tokens(batch.hyperIds(), batch.hyperMask(), row);
            assertThat(hyper[hyper.length - 1]).isEqualTo(Tokenizer.EOS);
            long[] labels = labels(batch, row);
            assertThat(labels[labels.length - 1]).isEqualTo(Tokenizer.EOS);
        }
    }

    @Test
    void padsToTheLongestAndToAMultiple() {
        Batch batch = Batch.of(
                List.of(
                        new EncodedExample(3, new long[] {5, 1}, new long[] {7, 8, 1}, new long[] {9, 1}),
                        new EncodedExample(4, new long[] {1}, new long[] {0, 1}, new long[] {1})),
                4);
        assertThat(batch.tasks()).containsExactly(3, 4);
        assertThat(batch.hyperIds().values()).containsExactly(5, 1, 0, 0, 1, 0, 0, 0);
        assertThat(batch.hyperMask().values()).containsExactly(1, 1, 0, 0, 1, 0, 0, 0);
        assertThat(batch.mainIds().values()).containsExactly(7, 8, 1, 0, 0, 1, 0, 0);
        // A token may have the id 0: the mask tells it from padding.
        assertThat(batch.mainMask().values()).containsExactly(1, 1, 1, 0, 1, 1, 0, 0);
        assertThat(batch.labels().values()).containsExactly(9, 1, -100, -100, 1, -100, -100, -100);
        assertThat(batch.targetTokens()).isEqualTo(3);
        assertThat(batch.labels().get(0, 1)).isEqualTo(1);
        assertThat(batch.labels().row(1)).containsExactly(1, -100, -100, -100);
    }

    @Test
    void otherDemonstrationsLeaveTheQueryAlone() {
        ExampleEncoder encoder = new ExampleEncoder(tokenizer, BatchOptions.HYPER);
        SniTask other = tasks.get(1);
        EncodedExample right = encoder.encode(0, tasks.get(0), tasks.get(0).positiveExamples(), "x", "y");
        EncodedExample wrong = encoder.encode(0, other, other.positiveExamples(), "x", "y");
        assertThat(wrong.main()).isEqualTo(right.main());
        assertThat(wrong.labels()).isEqualTo(right.labels());
        assertThat(wrong.hyper()).isNotEqualTo(right.hyper()).isEqualTo(encoder.hyper(other, other.positiveExamples()));
    }

    @Test
    void refusesLengthsAndShapesThatCannotBe() {
        assertThatThrownBy(() -> BatchOptions.HYPER.withLengths(0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BatchOptions(Mode.HYPER, EncodingOptions.DEF, 1, 1, 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LongMatrix(2, 2, new long[3])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new EncodingOptions(false, true, -1, 0, false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static long[] tokens(LongMatrix ids, LongMatrix mask, int row) {
        int length = (int) Arrays.stream(mask.row(row)).sum();
        return Arrays.copyOf(ids.row(row), length);
    }

    private static long[] labels(Batch batch, int row) {
        return Arrays.stream(batch.labels().row(row))
                .filter(id -> id != Batch.IGNORED)
                .toArray();
    }
}

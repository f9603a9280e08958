package dev.gatun.apps.bench.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepModelTest {
    private static final double EXACT = 1e-12;
    private static final Fabric.Link LINK = new Fabric.Link(0.001, 1e6);
    private static final Fabric TWO = new Fabric("two", 2, LINK, LINK);

    /** Ten gradients of 1 MB, 0.5 s each; an all-reduce of one takes 1.002 s between two ranks. */
    private static StepModel tenLayers(double seconds) {
        return new StepModel(1, Collections.nCopies(10, new StepModel.Gradient(1_000_000, seconds)));
    }

    private static StepModel.Step run(StepModel model, int ranks, long bucket, boolean overlap) {
        return model.run(TWO, ranks, new StepModel.Buckets(bucket, bucket), overlap);
    }

    @Test
    void anAllReduceTakesTheShorterOfRingAndTree() {
        assertThat(LINK.allReduce(1, 1e6)).isZero();
        assertThat(LINK.allReduce(2, 1e6)).isEqualTo(2 * 0.001 + 1, within(EXACT));
        assertThat(LINK.allReduce(4, 1e6)).isEqualTo(6 * 0.001 + 1.5, within(EXACT));
        // 1,023 messages each way around the ring, 10 up the tree and down again.
        assertThat(LINK.allReduce(1024, 1e3)).isEqualTo(20 * 0.001 + 2e-3, within(EXACT));
    }

    @Test
    void acrossMachinesOnlyPartsTravel() {
        Fabric fabric = new Fabric("", 4, new Fabric.Link(0, 4e6), new Fabric.Link(0, 1e6));
        assertThat(fabric.allReduce(4, 1e6)).isEqualTo(1.5 / 4, within(EXACT));
        assertThat(fabric.allReduce(8, 1e6)).isEqualTo(2 * 0.75 / 4 + 1.0 / 4, within(EXACT));
    }

    @Test
    void withoutOverlapEverythingAddsUp() {
        StepModel.Step step = run(tenLayers(0.5), 2, 1_000_000, false);
        assertThat(step.messages()).isEqualTo(10);
        assertThat(step.compute()).isEqualTo(6, within(EXACT));
        assertThat(step.communication()).isEqualTo(10.02, within(EXACT));
        assertThat(step.step()).isEqualTo(16.02, within(EXACT));
        assertThat(step.hidden()).isEqualTo(0, within(EXACT));
    }

    @Test
    void withOverlapTheSlowerOfBothDecides() {
        // Communication takes longer: it begins with the first gradient, and never rests.
        assertThat(run(tenLayers(0.5), 2, 1_000_000, true).step()).isEqualTo(1.5 + 10.02, within(EXACT));
        // Compute takes longer: only the last bucket is left over.
        StepModel.Step hidden = run(tenLayers(2), 2, 1_000_000, true);
        assertThat(hidden.step()).isEqualTo(21 + 1.002, within(EXACT));
        assertThat(hidden.hidden()).isEqualTo(0.9, within(EXACT));
        // One bucket hides nothing.
        assertThat(run(tenLayers(2), 2, 1L << 40, true).hidden()).isEqualTo(0, within(1e-9));
    }

    @Test
    void oneRankIsNotSlowedDown() {
        StepModel.Step step = run(tenLayers(0.5), 1, 1_000_000, true);
        assertThat(step.efficiency()).isEqualTo(1);
        assertThat(step.hidden()).isEqualTo(1);
    }

    @Test
    void bucketsCloseWhenTheyAreFull() {
        StepModel model = new StepModel(
                0,
                List.of(5L, 6L, 30L, 1L, 2L).stream()
                        .map(n -> new StepModel.Gradient(n, 1))
                        .toList());
        StepModel.Step step = model.run(TWO, 2, new StepModel.Buckets(10, 20), true);
        assertThat(step.messages()).as("11, 30, and what is left").isEqualTo(3);
    }

    @Test
    void aT5sGradientsComeFromTheModel() {
        T5Steps small = new T5Steps("t5-v1_1-small", 512, 128);
        assertThat(small.parameters()).isEqualTo(76_961_152);
        StepModel step = small.step(1, 2);
        assertThat(step.backward()).isEqualTo(2, within(1e-9));
        assertThat(step.gradients().stream()
                        .mapToLong(StepModel.Gradient::bytes)
                        .sum())
                .isEqualTo(4 * small.parameters());
        // The output layer first, the embedding, which is no product, last.
        assertThat(step.gradients().getFirst().bytes()).isEqualTo(32128 * 512 * 4);
        assertThat(step.gradients().getFirst().seconds()).isPositive();
        assertThat(step.gradients().getLast().bytes()).isEqualTo(32128 * 512 * 4);
        assertThat(step.gradients().getLast().seconds()).isZero();
    }
}

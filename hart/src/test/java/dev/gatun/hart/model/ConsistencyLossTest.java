package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.hart.Golden;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** L_cst (specification 5 and 10.8). */
class ConsistencyLossTest {
    private static final int SLOTS = 4;
    private static final long[] SHAPE = {SLOTS, 3, 2, 5};

    private Scope scope;
    private ConsistencyLoss loss;

    @BeforeEach
    void open() {
        scope = Scope.open();
        Torch.manualSeed(11);
        loss = new ConsistencyLoss(SLOTS);
    }

    @AfterEach
    void close() {
        loss.close();
        scope.close();
    }

    private static Tensor states() {
        return Torch.randn(SHAPE, DType.FLOAT64);
    }

    private Tensor step(Tensor states) {
        Tensor share = loss.share(states, 0);
        loss.commit();
        return share;
    }

    @Test
    void thereIsNoneAtTheFirstStep() {
        assertThat(step(states())).isNull();
        assertThat(step(states()).item().doubleValue()).isPositive();
    }

    @Test
    void equalStatesCostNothing() {
        Tensor states = states();
        step(states);
        assertThat(step(states.clone()).item().doubleValue()).isZero();
    }

    @Test
    void isTheMeanOverAllElementsWithThePreviousStatesConstant() {
        Tensor before = states().requiresGrad_(true);
        step(before.mul(1.0));
        Tensor now = states().requiresGrad_(true);
        Tensor share = step(now.mul(1.0));
        Tensor difference = now.sub(before).detach();
        assertThat(share.item().doubleValue())
                .isCloseTo(difference.square().mean().item().doubleValue(), within(1e-14));
        share.backward();
        assertThat(Golden.relativeError(now.grad(), difference.mul(2.0 / now.numel())))
                .isLessThan(1e-14);
        assertThat(before.grad()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void isTheSameHoweverTheBatchIsCut(int parts) {
        Tensor before = states();
        Tensor now = states().requiresGrad_(true);
        int rows = SLOTS / parts;
        double sum = 0;
        for (Tensor states : new Tensor[] {before, now}) {
            // Micro-batches may come in any order.
            for (int part = parts - 1; part >= 0; part--) {
                Tensor share = loss.share(states.narrow(0, part * rows, rows), part * rows);
                assertThat(share == null).isEqualTo(states == before);
                if (share != null) {
                    sum += share.item().doubleValue();
                    share.backward();
                }
            }
            loss.commit();
        }
        Tensor difference = now.detach().sub(before);
        assertThat(sum).isCloseTo(difference.square().mean().item().doubleValue(), within(1e-14));
        assertThat(Golden.relativeError(now.grad(), difference.mul(2.0 / now.numel())))
                .isLessThan(1e-14);
        assertThat(Golden.relativeError(loss.previous(), now)).isZero();
    }

    @Test
    void aSkippedStepLeavesThePreviousStates() {
        Tensor first = states();
        step(first);
        loss.share(states(), 0);
        loss.discard();
        assertThat(Golden.relativeError(loss.previous(), first)).isZero();
    }

    @Test
    void reducedPrecisionIsComparedInFloat32() {
        step(states().to(DType.BFLOAT16));
        assertThat(loss.previous().dtype()).isEqualTo(DType.FLOAT32);
        assertThat(step(states().to(DType.BFLOAT16)).dtype()).isEqualTo(DType.FLOAT32);
    }

    @Test
    void otherNumbersOfSlotsAreRefusedAndNothingLeaks() {
        assertThatThrownBy(() -> loss.restore(Torch.zeros(new long[] {SLOTS + 1, 3, 2, 5})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[5, 3, 2, 5]");
        assertThat(loss.previous()).isNull();
        long before = Scope.unclosedTensors();
        try (Scope _ = Scope.open();
                ConsistencyLoss other = new ConsistencyLoss(SLOTS)) {
            for (int i = 0; i < 3; i++) {
                other.share(states(), 0);
                other.share(states(), 0); // the same slot again: a step tried twice
                other.commit();
            }
            other.share(states(), 0);
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }

    /** All of a small example by hand: two slots of one number each, seen twice. */
    @Test
    void pairingsAreWhatTheirDefinitionsSay() {
        double[] before = {1, 4};
        double[] now = {2, 7};
        assertThat(paired(Pairing.SLOT, before, now)).isCloseTo((1 + 9) / 2.0, within(1e-14));
        assertThat(paired(Pairing.MEAN, before, now)).isCloseTo(4, within(1e-14)); // 4.5 and 2.5
        assertThat(paired(Pairing.ALLPAIRS, before, now)).isCloseTo((1 + 4 + 36 + 9) / 4.0, within(1e-14));
    }

    private static double paired(Pairing pairing, double[] before, double[] now) {
        try (ConsistencyLoss loss = new ConsistencyLoss(2, pairing)) {
            assertThat(loss.share(Tensor.of(before, 2, 1, 1, 1), 0)).isNull();
            loss.commit();
            return loss.share(Tensor.of(now, 2, 1, 1, 1), 0).item().doubleValue();
        }
    }

    @Test
    void allPairsIsTheMeanOfSlotOverAllOrdersAndDoesNotDependOnTheCut() {
        Tensor before = states();
        Tensor now = states().requiresGrad_(true);
        double sum = 0;
        for (int turn = 0; turn < SLOTS; turn++) {
            sum += now.detach().sub(before.roll(turn, 0)).square().mean().item().doubleValue() / SLOTS;
        }
        try (ConsistencyLoss whole = new ConsistencyLoss(SLOTS, Pairing.ALLPAIRS)) {
            whole.share(before, 0);
            whole.commit();
            Tensor first = whole.share(now.narrow(0, 0, 1), 0);
            Tensor rest = whole.share(now.narrow(0, 1, SLOTS - 1), 1);
            assertThat(first.add(rest).item().doubleValue()).isCloseTo(sum, within(1e-12));
            first.add(rest).backward();
        }
        Tensor expected = now.detach().sub(before.mean(0)).mul(2.0 / now.numel());
        assertThat(Golden.relativeError(now.grad(), expected)).isLessThan(1e-12);
    }

    @Test
    void meansNeedTheWholeBatchAndPullAllSlotsAlike() {
        try (ConsistencyLoss means = new ConsistencyLoss(SLOTS, Pairing.MEAN)) {
            Tensor before = states();
            means.share(before, 0);
            means.commit();
            Tensor now = states().requiresGrad_(true);
            means.share(now, 0).backward();
            Tensor each = now.detach().mean(0).sub(before.mean(0)).mul(2.0 / now.numel());
            assertThat(Golden.relativeError(now.grad(), each.unsqueeze(0).expand(SHAPE)))
                    .isLessThan(1e-12);
            assertThatThrownBy(() -> means.share(states().narrow(0, 0, 2), 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("one micro-batch");
        }
    }

    @Test
    void tasksAreComparedWithTheirOwnLastStatesAlsoAfterAResume() {
        Tensor first = states();
        Tensor second = states();
        Tensor third = states();
        double expected = third.select(0, 0)
                        .sub(second.select(0, 2))
                        .square()
                        .sum()
                        .item()
                        .doubleValue()
                + third.select(0, 1)
                        .sub(first.select(0, 3))
                        .square()
                        .sum()
                        .item()
                        .doubleValue();
        try (ConsistencyLoss one = new ConsistencyLoss(SLOTS, Pairing.TASK);
                ConsistencyLoss other = new ConsistencyLoss(SLOTS, Pairing.TASK)) {
            assertThat(one.share(first, 0, new int[] {1, 2, 3, 9})).isNull();
            one.commit();
            // Task 1 twice, in slots 0 and 2: the later one is its last.
            one.share(second, 0, new int[] {1, 2, 1, 3});
            one.commit();
            other.restore(Map.of(
                    "consistency.previous",
                            one.buffers().get("consistency.previous").clone(),
                    "consistency.tasks", one.buffers().get("consistency.tasks").clone()));
            for (ConsistencyLoss loss : new ConsistencyLoss[] {one, other}) {
                double share =
                        loss.share(third, 0, new int[] {1, 9, 5, 6}).item().doubleValue();
                assertThat(share).isCloseTo(expected / third.numel(), within(1e-12));
            }
            assertThatThrownBy(() -> one.share(third, 0)).hasMessageContaining("needs the task of each");
            assertThatThrownBy(() -> other.restore(Map.of("consistency.previous", first)))
                    .hasMessageContaining("does not say which task");
        }
    }

    @Test
    void aTaskNeverSeenCostsNothing() {
        try (ConsistencyLoss loss = new ConsistencyLoss(SLOTS, Pairing.TASK)) {
            loss.share(states(), 0, new int[] {0, 1, 2, 3});
            loss.commit();
            assertThat(loss.share(states(), 0, new int[] {4, 5, 6, 7}).item().doubleValue())
                    .isZero();
        }
    }
}

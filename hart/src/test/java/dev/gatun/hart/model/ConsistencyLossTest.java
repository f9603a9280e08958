package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.hart.Golden;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
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
        long before = Scope.liveTensors();
        try (Scope _ = Scope.open();
                ConsistencyLoss other = new ConsistencyLoss(SLOTS)) {
            for (int i = 0; i < 3; i++) {
                other.share(states(), 0);
                other.share(states(), 0); // the same slot again: a step tried twice
                other.commit();
            }
            other.share(states(), 0);
        }
        assertThat(Scope.liveTensors()).isEqualTo(before);
    }
}

package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The distributions by their bounds and moments, the matrices by what defines them. */
class InitializersTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
        Torch.manualSeed(3);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** A weight of 40 outputs, 30 inputs and a window of 5: fan in 150, fan out 200. */
    private static Tensor drawn(Consumer<Parameter> how) {
        Parameter weight = Init.zeros(DType.FLOAT64, 40, 30, 5);
        how.accept(weight);
        assertThat(weight.requiresGrad()).isTrue();
        return weight.get().detach();
    }

    private static void uniform(Tensor values, double bound) {
        assertThat(values.abs().max().item().doubleValue()).isBetween(0.99 * bound, bound);
        assertThat(values.std().item().doubleValue()).isCloseTo(bound / Math.sqrt(3), within(0.03 * bound));
    }

    private static void normal(Tensor values, double std) {
        assertThat(values.std().item().doubleValue()).isCloseTo(std, within(0.03 * std));
        assertThat(values.mean().item().doubleValue()).isCloseTo(0, within(0.06 * std));
        assertThat(values.abs().max().item().doubleValue()).isGreaterThan(2.5 * std);
    }

    @Test
    void xavier() {
        uniform(drawn(w -> Initializers.xavierUniform_(w, 2)), 2 * Math.sqrt(6.0 / 350));
        normal(drawn(w -> Initializers.xavierNormal_(w, 2)), 2 * Math.sqrt(2.0 / 350));
    }

    @Test
    void kaiming() {
        double gain = Initializers.gain("leaky_relu", Math.sqrt(5));
        uniform(drawn(w -> Initializers.kaimingUniform_(w, Initializers.Fan.IN, gain)), 1 / Math.sqrt(150));
        double relu = Initializers.gain("relu", 0);
        normal(drawn(w -> Initializers.kaimingNormal_(w, Initializers.Fan.OUT, relu)), Math.sqrt(2.0 / 200));
        assertThatThrownBy(() -> Initializers.gain("cosine", 0)).hasMessageContaining("cosine");
        assertThatThrownBy(() -> Initializers.xavierUniform_(Init.zeros(null, 3), 1))
                .hasMessageContaining("[3]");
    }

    @Test
    void truncatedNormal() {
        Tensor values = drawn(w -> Initializers.truncNormal_(w, 1, 2, 0, 2.5));
        assertThat(values.min().item().doubleValue()).isBetween(0.0, 0.01);
        assertThat(values.max().item().doubleValue()).isBetween(2.49, 2.5);
        // The mean of N(1, 2²) between 0 and 2.5, from the formula of the truncated normal distribution.
        assertThat(values.mean().item().doubleValue()).isCloseTo(1.2191, within(0.03));
    }

    @Test
    void orthogonal() {
        for (long[] shape : new long[][] {{6, 4}, {4, 6}, {3, 2, 4}}) {
            Parameter weight = Init.zeros(DType.FLOAT64, shape);
            Initializers.orthogonal_(weight, 3);
            Tensor flat = weight.get().detach().flatten(1);
            Tensor square = flat.size(0) < flat.size(1)
                    ? flat.matmul(flat.t())
                    : flat.t().matmul(flat);
            Tensor expected = Torch.eye(square.size(0), DType.FLOAT64).mul(9);
            assertThat(Golden.relativeError(square, expected)).isLessThan(1e-13);
        }
    }

    @Test
    void identityAndDirac() {
        Parameter matrix = Init.ones(null, 2, 3);
        Initializers.eye_(matrix);
        assertThat(matrix.get().toFloatArray()).containsExactly(1, 0, 0, 0, 1, 0);
        Parameter window = Init.ones(DType.FLOAT64, 4, 2, 3);
        Initializers.dirac_(window, 2);
        Tensor x = Torch.randn(new long[] {1, 4, 6}, DType.FLOAT64);
        assertThat(Torch.conv1d(x, window.get(), null, 1, 1, 1, 2).equal(x)).isTrue();
    }

    @Test
    void sparse() {
        Parameter weight = Init.ones(DType.FLOAT64, 50, 8);
        Initializers.sparse_(weight, 0.3, 0.1);
        assertThat(weight.get().eq(0).sum(0).toLongArray()).containsOnly(15);
    }
}

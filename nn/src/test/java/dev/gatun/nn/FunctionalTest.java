package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import org.junit.jupiter.api.Test;

class FunctionalTest {
    @Test
    void normalizeMakesTheNormOne() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensor.of(new double[] {3, 4, 0, 0}, 2, 2);
            assertThat(Functional.normalize(x, 2, 1, 1e-12).toDoubleArray())
                    .containsExactly(new double[] {0.6, 0.8, 0, 0}, within(1e-15));
        }
    }

    /** The largest of logits plus Gumbel noise falls on each class as often as the softmax says. */
    @Test
    void gumbelSoftmaxDrawsByTheProbabilities() {
        try (Scope _ = Scope.open()) {
            Torch.manualSeed(4);
            Tensor logits =
                    Tensor.of(new double[] {0, Math.log(2), Math.log(5)}).requiresGrad_(true);
            Tensor many = Functional.gumbelSoftmax(logits.expand(20_000, 3), 0.7, true, 1);
            assertThat(many.detach().mean(new long[] {0}).toDoubleArray())
                    .containsExactly(new double[] {1 / 8.0, 2 / 8.0, 5 / 8.0}, within(0.015));
            assertThat(many.detach().sum(1).eq(1).all().item().booleanValue()).isTrue();
            many.select(1, 0).sum().backward();
            assertThat(logits.grad().toDoubleArray()[0]).isPositive();
            Tensor soft = Functional.gumbelSoftmax(logits.detach(), 1, false, 0);
            assertThat(soft.dtype()).isEqualTo(DType.FLOAT64);
            assertThat(soft.sum().item().doubleValue()).isCloseTo(1, within(1e-12));
        }
    }
}

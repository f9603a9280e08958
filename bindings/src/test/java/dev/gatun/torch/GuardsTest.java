package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What would end the process is refused, and what is like it but sound is not. */
class GuardsTest {
    @Test
    void truncatingDivisionThatOverflowsIsRefused() {
        try (Scope _ = Scope.open()) {
            Tensor least = Tensor.of(new long[] {Long.MIN_VALUE, 7});
            Tensor other = Tensor.of(new long[] {-1, -1});
            assertThatThrownBy(() -> least.div(other, "trunc"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("aten::div.Tensor_mode: expected a quotient that int64 can hold, got"
                            + " -9223372036854775808 / -1");
            assertThatThrownBy(() -> Tensor.of(new int[] {Integer.MIN_VALUE}).div(Scalar.of(-1), "trunc"))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(least.div(Tensor.of(new long[] {1, -1}), "trunc").toLongArray())
                    .containsExactly(Long.MIN_VALUE, -7);
            assertThat(Tensor.of(new int[] {Integer.MIN_VALUE})
                            .div(Tensor.of(new long[] {-1}), "trunc")
                            .toLongArray())
                    .containsExactly(-(long) Integer.MIN_VALUE);
        }
    }

    @Test
    void endlessDegreesAreRefused() {
        try (Scope _ = Scope.open()) {
            Tensor x = Tensor.of(new float[] {0.5f});
            assertThatThrownBy(() -> Torch.special_laguerre_polynomial_l(x, Scalar.of(1L << 62)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a degree of at most 10000");
            assertThat(Torch.special_laguerre_polynomial_l(x, Scalar.of(1)).toFloatArray())
                    .containsExactly(0.5f);
        }
    }

    @Test
    void bagsOutsideTheirWeightsAreRefused() {
        try (Scope _ = Scope.open()) {
            Tensor weight = Torch.ones(4, 3);
            Tensor indices = Tensor.of(new long[] {0, 3, 1, 2});
            assertThatThrownBy(
                            () -> Torch.embedding_bag(weight, Tensor.of(new long[] {0, 4}), Tensor.of(new long[] {0})))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("indices from 0 to 3");
            assertThatThrownBy(() -> Torch.embedding_bag(weight, indices, Tensor.of(new long[] {0, 3, 1})))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("offsets that do not decrease");
        }
    }

    @Test
    void internalOpsNeedAnOptIn() {
        try (Scope _ = Scope.open()) {
            Tensor x = Torch.ones(2, 2);
            assertThatThrownBy(() -> Aten._cholesky_solve_helper(x, x, false))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("-Ddev.gatun.torch.unsafe=true");
        }
    }

    @Test
    void indicesIntoALazyConjugateWork() {
        try (Scope _ = Scope.open()) {
            Tensor conjugate = Torch.ones(new long[] {3, 2}, DType.COMPLEX64).conj();
            assertThat(conjugate.index(Tensor.of(new long[] {2, 0})).shape()).containsExactly(2, 2);
        }
    }

    @Test
    void errorsTellOfNestedTensorsToo() {
        try (Scope _ = Scope.open()) {
            Tensor nested = Aten._nested_tensor_from_tensor_list(Torch.ones(2, 3), Torch.ones(1, 3));
            assertThatThrownBy(() -> nested.mm(nested))
                    .isInstanceOf(TorchException.class)
                    .hasMessageStartingWith("aten::mm(a tensor without plain sizes or dtype, ");
        }
    }
}

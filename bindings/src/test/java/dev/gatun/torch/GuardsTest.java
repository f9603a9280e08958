package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
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
    void attentionNeedsAValueForEachKey() {
        try (Scope _ = Scope.open()) {
            Tensor query = Torch.ones(1, 2, 4, 8);
            Tensor keys = Torch.ones(1, 2, 6, 8);
            assertThatThrownBy(() -> Torch.scaled_dot_product_attention(query, keys, Torch.ones(1, 2, 9, 8)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a value for each key of float32[1,2,6,8], got float32[1,2,9,8]");
            assertThat(Torch.scaled_dot_product_attention(query, keys, keys).shape())
                    .containsExactly(1, 2, 4, 8);
        }
    }

    @Test
    void groupedQueriesNeedHeadsToShare() {
        try (Scope _ = Scope.open()) {
            Tensor query = Torch.ones(1, 2, 4, 8);
            Tensor none = Torch.ones(1, 0, 4, 8);
            assertThatThrownBy(() -> Torch.scaled_dot_product_attention(query, none, none, null, 0, false, null, true))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at least one head");
            Tensor one = Torch.ones(1, 1, 4, 8);
            assertThat(Torch.scaled_dot_product_attention(query, one, one, null, 0, false, null, true)
                            .shape())
                    .containsExactly(1, 2, 4, 8);
        }
    }

    @Test
    void recurrentStatesOfAnotherBatchAreRefusedAndProjectionsAreNot() {
        try (Scope _ = Scope.open()) {
            Tensor input = Torch.ones(3, 2, 4);
            Tensor[] projected = {Torch.ones(12, 4), Torch.ones(12, 2), Torch.ones(12), Torch.ones(12), Torch.ones(2, 3)
            };
            assertThatThrownBy(() -> lstm(input, Torch.ones(1, 3, 2), Torch.ones(1, 3, 3), projected))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a state of the shape [1, 2, 2]");
            assertThatThrownBy(() -> lstm(input, Torch.ones(1, 2, 2), Torch.ones(1, 2, 3), Arrays.copyOf(projected, 4)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("two states and 5 weights");
            assertThat(lstm(input, Torch.ones(1, 2, 2), Torch.ones(1, 2, 3), projected)
                            .shape())
                    .containsExactly(3, 2, 2);
        }
    }

    private static Tensor lstm(Tensor input, Tensor output, Tensor cell, Tensor[] weights) {
        return Torch.lstm(input, new Tensor[] {output, cell}, weights, true, 1, 0, false, false, false)
                ._0();
    }

    @Test
    void listsOfNumbersHaveOneForEachTensor() {
        try (Scope _ = Scope.open()) {
            Tensor[] tensors = {Torch.ones(2), Torch.ones(2)};
            assertThatThrownBy(() -> Aten._foreach_mul_(tensors, new Scalar[] {Scalar.of(2)}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2 numbers, one for each tensor, got 1");
            Aten._foreach_mul_(tensors, new Scalar[] {Scalar.of(2), Scalar.of(3)});
            assertThat(tensors[1].toFloatArray()).containsExactly(3, 3);
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

package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Java arrays of arrays to tensors and back. */
class NestedArraysTest {
    static final Object[] ARRAYS = {
        new float[] {1.5f, Float.NaN},
        new double[][] {{1, 2, 3}, {4, 5, 6}},
        new long[][][] {{{1, 2}}, {{3, Long.MIN_VALUE}}, {{5, 6}}},
        new int[][][][] {{{{7}}}},
        new short[][] {{1}, {-2}},
        new byte[] {-1, 0, 1},
        new boolean[][] {{true, false, true}, {false, false, true}},
        new float[2][0],
        new float[3][2][0],
        new long[0],
    };

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @ParameterizedTest
    @FieldSource("ARRAYS")
    void comeBackAsTheyWent(Object array) {
        Object back = Tensor.ofArray(array).toArray(array.getClass());
        assertThat(new Object[] {back}).isEqualTo(new Object[] {array});
    }

    @Test
    void haveTheirShapeAndType() {
        Tensor tensor = Tensor.ofArray(new float[][][] {{{1, 2, 3}, {4, 5, 6}}});
        assertThat(tensor.shape()).containsExactly(1, 2, 3);
        assertThat(tensor.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(tensor.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(Tensor.ofArray(new byte[1]).dtype()).isEqualTo(DType.UINT8);
        assertThat(Tensor.ofArray(new float[0][5]).shape()).containsExactly(0, 0);
        assertThat(Tensor.ofArray(new float[4][0]).shape()).containsExactly(4, 0);
    }

    @Test
    void anyViewBecomesAnArray() {
        Tensor transposed = Tensor.ofArray(new int[][] {{1, 2, 3}, {4, 5, 6}}).t();
        assertThat(transposed.toArray(int[][].class)).isDeepEqualTo(new int[][] {{1, 4}, {2, 5}, {3, 6}});
    }

    @Test
    void raggedArraysAreRefusedWithThePlace() {
        assertThatThrownBy(() -> Tensor.ofArray(new float[][] {{1, 2}, {3}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the array is ragged: [1] has length 1, but [0] has length 2");
        assertThatThrownBy(() -> Tensor.ofArray(new long[][][] {{{1}, {2}}, {{3}, {4, 5}}}))
                .hasMessage("the array is ragged: [1][1] has length 2, but [0][0] has length 1");
        assertThatThrownBy(() -> Tensor.ofArray(new int[][][] {{{1}}, {{2}, {3}}}))
                .hasMessage("the array is ragged: [1] has length 2, but [0] has length 1");
        assertThatThrownBy(() -> Tensor.ofArray(new double[][] {{1}, null})).hasMessage("the array has null at [1]");
        assertThatThrownBy(() -> Tensor.ofArray(new double[][] {null, {1}})).hasMessage("the array has null at [0]");
    }

    @Test
    void whatIsNoArrayOfPrimitivesIsRefused() {
        assertThatThrownBy(() -> Tensor.ofArray("text")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.ofArray(3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.ofArray(new Float[] {1f})).hasMessageEndingWith("not of java.lang.Float[]");
        assertThatThrownBy(() -> Tensor.ofArray(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void anArrayOfAnotherTypeOrDepthIsRefused() {
        assertThatThrownBy(() -> Torch.ones(2, 3).toArray(float[].class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a float32[2,3] tensor cannot become a float[], only a float[][]");
        assertThatThrownBy(() -> Torch.ones(2).toArray(double[].class))
                .hasMessage("a float32[2] tensor cannot become a double[], only a float[]");
        assertThatThrownBy(() -> Torch.ones(new long[] {2}, DType.FLOAT16).toArray(float[].class))
                .hasMessageContaining("to(DType.FLOAT32)");
        assertThatThrownBy(() -> Torch.ones().toArray(float.class)).hasMessageContaining("item()");
        assertThatThrownBy(() -> Torch.ones(1).toArray(String.class)).isInstanceOf(IllegalArgumentException.class);
    }
}

package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the lines of indexing.txt do not show: values, gradients, short forms and errors. */
class IndexingTest {
    private Scope scope;
    private Tensor x;

    @BeforeEach
    void open() {
        scope = Scope.open();
        x = Torch.arange(12, DType.FLOAT32).view(3, 4);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void shortForms() {
        assertThat(x.get(1).toFloatArray()).containsExactly(4, 5, 6, 7);
        assertThat(x.get(-1, 2).item().intValue()).isEqualTo(10);
        assertThat(x.get(x.gt(9)).toFloatArray()).containsExactly(10, 11);
        assertThat(x.get(Index.ALL, Index.from(3)).toFloatArray()).containsExactly(3, 7, 11);
        assertThat(x.get(Index.upTo(1), Index.every(2)).toFloatArray()).containsExactly(0, 2);
        assertThat(x.get(Index.of(0), Index.slice(0, 4, 3)).toFloatArray()).containsExactly(0, 3);
    }

    @Test
    void numbersAreConvertedAndBroadcast() {
        x.set(-1, Index.of(0));
        x.set(2.5, Index.of(1), Index.slice(1, 3));
        x.set(true, Index.of(x.gt(10)));
        assertThat(x.toFloatArray()).containsExactly(-1, -1, -1, -1, 4, 2.5f, 2.5f, 7, 8, 9, 10, 1);
        Tensor integers = Torch.arange(3);
        integers.set(1.9, Index.of(1));
        integers.set(Scalar.of(7), Index.of(integers.eq(2)));
        assertThat(integers.toLongArray()).containsExactly(0, 1, 7);
    }

    @Test
    void tensorsAreBroadcastFromTheRight() {
        x.set(Tensor.of(new float[] {1, 2, 3}, 1, 1, 3, 1), Index.ALL, Index.upTo(2));
        assertThat(x.toFloatArray()).containsExactly(1, 1, 2, 3, 2, 2, 6, 7, 3, 3, 10, 11);
        x.set(Tensor.of(new double[] {0.5, 0.25}).view(1, 2), Index.of(2), Index.from(2));
        assertThat(x.get(2).toFloatArray()).containsExactly(3, 3, 0.5f, 0.25f);
        x.set(x.get(0).clone(), Index.list(1, 2));
        assertThat(x.get(2).toFloatArray()).containsExactly(1, 1, 2, 3);
    }

    @Test
    void aValueThatDoesNotFitIsRefusedWithBothShapes() {
        assertThatThrownBy(() -> x.set(Torch.ones(3), Index.of(0)))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("float32[4], float32[3]");
        assertThatThrownBy(() -> x.set(Torch.ones(3), Index.of(x.gt(20))))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("float32[3,4]")
                .hasMessageContaining("float32[3]");
        assertThatThrownBy(() -> x.set(Torch.ones(new long[] {1}, DType.INT64), Index.list(0)))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("dtypes match");
    }

    @Test
    void gradientsFlowThroughReadingAndWriting() {
        Tensor leaf = Torch.ones(3, 4).requiresGrad_(true);
        leaf.get(Index.list(0, 0, 2), Index.slice(1, 3)).sum().backward();
        assertThat(leaf.grad().toFloatArray()).containsExactly(0, 2, 2, 0, 0, 0, 0, 0, 0, 1, 1, 0);
        leaf.setGrad(null);
        Tensor copy = leaf.mul(2);
        copy.set(Torch.zeros(4), Index.of(1));
        copy.set(5, Index.of(Tensor.of(new boolean[] {false, false, true})), Index.of(0));
        copy.sum().backward();
        assertThat(leaf.grad().toFloatArray()).containsExactly(2, 2, 2, 2, 0, 0, 0, 0, 0, 2, 2, 2);
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> Index.slice(0, 4, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the step of a slice must be positive, not -1: flip() reverses a dimension");
        assertThatThrownBy(() -> Index.every(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> x.get(Index.ELLIPSIS, Index.of(4)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("index 4 is out of bounds for dimension 1 with size 4");
        assertThatThrownBy(() -> x.get(Index.NEW_AXIS, Index.of(Long.MIN_VALUE)))
                .hasMessage("index -9223372036854775808 is out of bounds for dimension 0 with size 3");
        assertThatThrownBy(() -> x.get(0, 0, 0))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("too many indices: 3 for a tensor of shape [3, 4], which has 2 dimensions");
        assertThatThrownBy(() -> x.get(Index.ELLIPSIS, Index.ELLIPSIS)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> x.get((Index) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("Index.NEW_AXIS");
        assertThatThrownBy(() -> x.get(Index.list(0, 3)))
                .isInstanceOfSatisfying(
                        TorchException.class, e -> assertThat(e.kind()).isEqualTo(TorchException.Kind.INDEX));
        assertThatThrownBy(() -> x.get(Index.of(Torch.ones(2))))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("long, int, byte or bool");
    }
}

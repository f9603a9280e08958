package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls written as in Python find a Java overload, and it means the same as the one with every argument. */
class OverloadsTest {
    private Scope scope;
    private Tensor x;

    @BeforeEach
    void open() {
        scope = Scope.open();
        x = Torch.arange(6, DType.FLOAT32).view(2, 3);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static void assertSame(Tensor actual, Tensor expected) {
        assertThat(actual.dtype()).isEqualTo(expected.dtype());
        assertThat(actual.equal(expected)).as("%s is %s", actual, expected).isTrue();
    }

    @Test
    void intLiteralsStandForScalarsAndDims() {
        assertSame(x.softmax(-1), x.softmax(-1L, null));
        assertSame(x.add(1), x.add(Scalar.of(1L), Scalar.of(1L)));
        assertSame(x.clamp(1, 2.5), x.clamp(Scalar.of(1.0), Scalar.of(2.5)));
        assertSame(x.sum(0), x.sum(new long[] {0}, false, null));
        assertThat(x.add_(1)).isSameAs(x);
    }

    @Test
    void aDtypeThatPythonTakesByNameFollowsWhateverComesBefore() {
        assertSame(x.sum(0, DType.FLOAT64), x.sum(new long[] {0}, false, DType.FLOAT64));
        assertSame(x.mean(1, DType.FLOAT64), x.mean(new long[] {1}, false, DType.FLOAT64));
        assertSame(x.prod(1, DType.INT64), x.prod(1, false, DType.INT64));
    }

    @Test
    void outFormsLeaveOffTheDefaultsInTheMiddle() {
        Tensor out = Torch.empty(2, 3);
        assertThat(Torch.add_out(x, x, out)).isSameAs(out);
        assertSame(out, x.add(x));
        Tensor sums = Torch.empty(3);
        Torch.sum_out(x, 0, sums);
        assertSame(sums, x.sum(0));
    }

    @Test
    void oneNumberStandsForAListOfAFixedLength() {
        Tensor image = Torch.arange(16, DType.FLOAT32).view(1, 1, 4, 4);
        Tensor kernel = Torch.ones(1, 1, 3, 3);
        assertSame(
                Torch.conv2d(image, kernel, null, 2, 1),
                Torch.conv2d(image, kernel, null, new long[] {2, 2}, new long[] {1, 1}, new long[] {1, 1}, 1));
        assertSame(image.max_pool2d(2), image.max_pool2d(new long[] {2, 2}, new long[] {2, 2}));
        assertSame(image.avg_pool2d(2, 1), image.avg_pool2d(new long[] {2, 2}, new long[] {1, 1}));
    }

    @Test
    void severalResultsAreARecordWithPyTorchsNames() {
        ValuesIndices greatest = x.max(1);
        assertThat(greatest.values().toFloatArray()).containsExactly(2, 5);
        assertThat(greatest.indices().toLongArray()).containsExactly(2, 2);
    }
}

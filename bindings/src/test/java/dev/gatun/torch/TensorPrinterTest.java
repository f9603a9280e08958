package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The texts are what {@code print(tensor)} shows in Python. */
class TensorPrinterTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void wholeNumbers() {
        assertThat(Torch.ones(2)).hasToString("tensor([1., 1.])");
        assertThat(Torch.zeros(1)).hasToString("tensor([0.])");
        assertThat(Tensor.of(new float[] {10, -2})).hasToString("tensor([10., -2.])");
        assertThat(Tensor.of(new long[] {1, -20, 300})).hasToString("tensor([  1, -20, 300])");
        assertThat(Tensor.of(new boolean[] {true, false})).hasToString("tensor([ True, False])");
        assertThat(Tensor.of(new long[] {1L << 60})).hasToString("tensor([1152921504606846976])");
    }

    @Test
    void decimals() {
        assertThat(Tensor.of(new float[] {1.5f, -20.25f, 0})).hasToString("tensor([  1.5000, -20.2500,   0.0000])");
        assertThat(Tensor.of(new float[] {0.12345f})).hasToString("tensor([0.1235])");
        assertThat(Tensor.of(new float[] {0.5f, Float.NaN, Float.POSITIVE_INFINITY}))
                .hasToString("tensor([0.5000,    nan,    inf])");
        assertThat(Tensor.of(new float[] {Float.NaN, Float.NEGATIVE_INFINITY})).hasToString("tensor([nan, -inf])");
    }

    @Test
    void farApartNumbersInScientificForm() {
        assertThat(Tensor.of(new float[] {1e-5f, 1})).hasToString("tensor([1.0000e-05, 1.0000e+00])");
        assertThat(Tensor.of(new float[] {1e10f})).hasToString("tensor([1.0000e+10])");
        assertThat(Tensor.of(new float[] {1, 10000})).hasToString("tensor([1.0000e+00, 1.0000e+04])");
        assertThat(Tensor.of(new float[] {-2.5e-6f, 0})).hasToString("tensor([-2.5000e-06,  0.0000e+00])");
    }

    @Test
    void aTieIsRoundedFromTheBinaryValueAsInC() {
        assertThat(Tensor.of(new double[] {0.00015, 1}))
                .hasToString("tensor([1.5000e-04, 1.0000e+00], dtype=torch.float64)");
        assertThat(Tensor.of(new double[] {0.03125})).hasToString("tensor([0.0312], dtype=torch.float64)");
    }

    @Test
    void shapes() {
        assertThat(Torch.ones()).hasToString("tensor(1.)");
        assertThat(Tensor.of(new double[] {2.5}).squeeze()).hasToString("tensor(2.5000, dtype=torch.float64)");
        assertThat(Torch.arange(6).view(2, 3)).hasToString("tensor([[0, 1, 2],\n        [3, 4, 5]])");
        assertThat(Torch.arange(8).view(2, 2, 2))
                .hasToString("tensor([[[0, 1],\n         [2, 3]],\n\n        [[4, 5],\n         [6, 7]]])");
        assertThat(Torch.empty(0)).hasToString("tensor([])");
        assertThat(Torch.empty(0, 3)).hasToString("tensor([], size=(0, 3))");
        assertThat(Torch.empty(new long[] {0}, DType.INT64)).hasToString("tensor([], dtype=torch.int64)");
    }

    @Test
    void longLinesBreak() {
        assertThat(Torch.arange(30))
                .hasToString("tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
                        + "        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])");
    }

    @Test
    void manyElementsAreSummarised() {
        assertThat(Torch.arange(1001)).hasToString("tensor([   0,    1,    2,  ...,  998,  999, 1000])");
        assertThat(Torch.arange(2000).view(2, 1000))
                .hasToString("tensor([[   0,    1,    2,  ...,  997,  998,  999],\n"
                        + "        [1000, 1001, 1002,  ..., 1997, 1998, 1999]])");
        assertThat(Torch.zeros(1000, 1000))
                .hasToString("tensor([[0., 0., 0.,  ..., 0., 0., 0.],\n"
                        + "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
                        + "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
                        + "        ...,\n"
                        + "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
                        + "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
                        + "        [0., 0., 0.,  ..., 0., 0., 0.]])");
    }

    @Test
    void typesDevicesAndRecording() {
        assertThat(Torch.ones(new long[] {1}, DType.BFLOAT16)).hasToString("tensor([1.], dtype=torch.bfloat16)");
        assertThat(Tensor.of(new int[] {1})).hasToString("tensor([1], dtype=torch.int32)");
        assertThat(Torch.ones(1).requiresGrad_(true)).hasToString("tensor([1.], requires_grad=True)");
        assertThat(Torch.ones(new long[] {2, 3}, Device.META)).hasToString("tensor(..., device='meta', size=(2, 3))");
        assertThat(Torch.ones(2).to(DType.COMPLEX64)).hasToString("tensor(..., size=(2,), dtype=torch.complex64)");
        assertThat(Torch.ones(2).to_sparse()).hasToString("tensor(..., size=(2,))");
    }

    @Test
    void aHugeViewIsPrintedFromItsEdges() {
        assertThat(Torch.ones(1).expand(1L << 40)).hasToString("tensor([1., 1., 1.,  ..., 1., 1., 1.])");
    }

    @Test
    void printingRecordsAndKeepsNothing() {
        Tensor leaf = Torch.ones(2000).requiresGrad_(true);
        long live = Scope.liveTensors();
        leaf.toString();
        assertThat(Scope.liveTensors()).isEqualTo(live);
    }
}

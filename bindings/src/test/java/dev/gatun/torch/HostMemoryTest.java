package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Elements into tensors and out of them, through arrays and memory segments. */
class HostMemoryTest {
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
    void arraysGoInAndOut() {
        assertThat(Tensor.of(new float[] {1.5f, -2, Float.NaN}).toFloatArray()).containsExactly(1.5f, -2, Float.NaN);
        assertThat(Tensor.of(new double[] {1e300, -0.0}).toDoubleArray()).containsExactly(1e300, -0.0);
        assertThat(Tensor.of(new long[] {Long.MIN_VALUE, Long.MAX_VALUE}).toLongArray())
                .containsExactly(Long.MIN_VALUE, Long.MAX_VALUE);
        assertThat(Tensor.of(new int[] {Integer.MIN_VALUE, 7}).toIntArray()).containsExactly(Integer.MIN_VALUE, 7);
        assertThat(Tensor.of(new byte[] {-1, 1}).toByteArray()).containsExactly(-1, 1);
        assertThat(Tensor.of(new byte[] {-1}).item().intValue()).isEqualTo(255);
        assertThat(Tensor.of(new boolean[] {true, false}).toBooleanArray()).containsExactly(true, false);
    }

    @Test
    void theShapeIsGivenOrOneDimension() {
        assertThat(Tensor.of(new float[6]).shape()).containsExactly(6);
        assertThat(Tensor.of(new float[6], 3, 2).shape()).containsExactly(3, 2);
        assertThat(Tensor.of(new float[0], 0, 5).shape()).containsExactly(0, 5);
        assertThat(Tensor.of(new float[0]).toFloatArray()).isEmpty();
        assertThat(Torch.ones().toFloatArray()).containsExactly(1);
    }

    @Test
    void anArrayOfAnotherLengthIsRefused() {
        assertThatThrownBy(() -> Tensor.of(new float[5], 2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a float32 tensor of shape [2, 3] takes 24 bytes, but the data has 20");
    }

    @Test
    void anArrayOfAnotherTypeIsRefused() {
        Tensor tensor = Torch.ones(2);
        assertThatThrownBy(tensor::toDoubleArray)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the tensor is float32, not float64: convert it first with to(DType.FLOAT64)");
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"QINT8", "QUINT8", "QINT32"})
    void everyTypeTravelsByteForByte(DType dtype) {
        // Booleans are 0 or 1; any bytes are an element of the other types.
        byte[] bytes = new byte[6 * dtype.byteSize()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (dtype == DType.BOOL ? i % 2 : 3 + 5 * i);
        }
        Tensor tensor = Tensor.of(MemorySegment.ofArray(bytes), dtype, 2, 3);
        assertThat(tensor.dtype()).isEqualTo(dtype);
        assertThat(DType.ofCode(dtype.code())).isEqualTo(dtype);
        assertThat(bytesOf(tensor)).isEqualTo(bytes);

        byte[] transposed = new byte[bytes.length];
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 2; column++) {
                System.arraycopy(
                        bytes,
                        (column * 3 + row) * dtype.byteSize(),
                        transposed,
                        (row * 2 + column) * dtype.byteSize(),
                        dtype.byteSize());
            }
        }
        Tensor view = tensor.t();
        assertThat(view.isContiguous()).isFalse();
        assertThat(bytesOf(view)).isEqualTo(transposed);

        view.copyFrom(MemorySegment.ofArray(bytes));
        assertThat(bytesOf(view)).as("written through the view").isEqualTo(bytes);
    }

    private static byte[] bytesOf(Tensor tensor) {
        byte[] bytes = new byte[Math.toIntExact(tensor.numel() * tensor.dtype().byteSize())];
        tensor.copyTo(MemorySegment.ofArray(bytes));
        return bytes;
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"UINT8", "INT8", "INT16", "INT32", "INT64", "FLOAT16", "FLOAT32", "FLOAT64", "BFLOAT16", "BOOL"})
    void theTypeHasTheSizeThatLibtorchGivesIt(DType dtype) {
        Tensor two = Torch.empty(new long[] {2}, dtype);
        assertThat(TensorInfo.of(two).reachableBytes()).isEqualTo(2L * dtype.byteSize());
        assertThat(two.is_floating_point()).isEqualTo(dtype.isFloatingPoint());
    }

    @Test
    void slicesAndExpandedTensorsComeOutRowMajor() {
        Tensor grid = Torch.arange(12).view(3, 4);
        assertThat(grid.narrow(1, 1, 2).toLongArray()).containsExactly(1, 2, 5, 6, 9, 10);
        assertThat(grid.select(1, 3).toLongArray()).containsExactly(3, 7, 11);
        assertThat(grid.select(0, 2).toLongArray()).containsExactly(8, 9, 10, 11);
        assertThat(grid.flip(0).select(0, 0).toLongArray()).containsExactly(8, 9, 10, 11);
        assertThat(Tensor.of(new long[] {1, 2}).view(2, 1).expand(2, 3).toLongArray())
                .containsExactly(1, 1, 1, 2, 2, 2);
        assertThat(grid.strides()).containsExactly(4, 1);
        assertThat(grid.t().strides()).containsExactly(1, 4);
    }

    @Test
    void lazyAndSparseTensorsComeOutAsTheirValues() {
        Tensor ones = Torch.ones(2);
        assertThat(Aten._neg_view(ones).toFloatArray()).containsExactly(-1, -1);
        assertThat(ones.to_sparse().toFloatArray()).containsExactly(1, 1);
        assertThat(ones.to_mkldnn().toFloatArray()).containsExactly(1, 1);
        assertThat(Aten._efficientzerotensor(new long[] {2}, DType.FLOAT32).toFloatArray())
                .containsExactly(0, 0);
        Tensor conjugate = Torch.complex(ones, ones).conj();
        float[] parts = new float[4];
        conjugate.copyTo(MemorySegment.ofArray(parts));
        assertThat(parts).containsExactly(1, -1, 1, -1);
    }

    @Test
    void recordingDoesNotKeepValuesFromComingOut() {
        Tensor leaf = Torch.ones(2, 2).requiresGrad_(true);
        assertThat(leaf.toFloatArray()).containsOnly(1);
        assertThat(leaf.mul(3).t().toFloatArray()).containsOnly(3);
        leaf.copyFrom(MemorySegment.ofArray(new float[] {1, 2, 3, 4}));
        assertThat(leaf.requiresGrad()).isTrue();
        assertThat(leaf.toFloatArray()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void aCopyIsACopy() {
        float[] data = {1, 2};
        Tensor tensor = Tensor.of(data);
        data[0] = 9;
        assertThat(tensor.toFloatArray()).containsExactly(1, 2);
        tensor.toFloatArray()[1] = 9;
        assertThat(tensor.toFloatArray()).containsExactly(1, 2);
    }

    @Test
    void wrappedMemoryIsShared() {
        try (Arena arena = Arena.ofConfined();
                Scope _ = Scope.open()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4, 5, 6);
            Tensor tensor = Tensor.wrap(memory, DType.FLOAT32, 2, 3);
            assertThat(tensor.shape()).containsExactly(2, 3);
            assertThat(tensor.t().toFloatArray()).containsExactly(1, 4, 2, 5, 3, 6);
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, 5, 60);
            assertThat(tensor.select(0, 1).toFloatArray()).containsExactly(4, 5, 60);
            tensor.mul_(2);
            assertThat(memory.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(2, 4, 6, 8, 10, 120);
            assertThat(TensorInfo.of(tensor).data()).isEqualTo(memory.address());
        }
    }

    @Test
    void wrappedMemoryStaysWhileItsTensorLives() throws InterruptedException {
        Tensor[] tensors = new Tensor[20];
        for (int i = 0; i < tensors.length; i++) {
            MemorySegment memory = Arena.ofAuto().allocate(1 << 20, 8);
            memory.fill((byte) i);
            tensors[i] = Tensor.wrap(memory, DType.UINT8, 1 << 20);
        }
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(10);
            Arena.ofAuto().allocate(1 << 20).fill((byte) 0x55);
        }
        for (int i = 0; i < tensors.length; i++) {
            assertThat(tensors[i].min().item().intValue()).isEqualTo(i);
            assertThat(tensors[i].max().item().intValue()).isEqualTo(i);
        }
    }

    @Test
    void longListsGrowTheFrame() {
        long[] sizes = new long[20_000];
        Arrays.fill(sizes, 1);
        assertThat(Torch.ones(20_000).split_with_sizes(sizes)).hasSize(20_000);
        Tensor[] many = new Tensor[20_000];
        Arrays.fill(many, Torch.ones(1));
        assertThat(Torch.cat(many).sum().item().intValue()).isEqualTo(20_000);
        assertThat(Torch.einsum("i,i->", many[0], many[1]).item().intValue()).isEqualTo(1);
    }
}

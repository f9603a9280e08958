package dev.gatun.torch.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Index;
import dev.gatun.torch.Layout;
import dev.gatun.torch.MemoryFormat;
import dev.gatun.torch.Scalar;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the javadoc shows of tensors, their elements and their types, run as it stands there. */
class TensorSnippetsTest {
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
    void tensor() {
        // @start region="tensor"
        Tensor x = Torch.ones(4, 3);
        Tensor y = x.matmul(x.t()).softmax(-1); // PyTorch's names; float32[4,4]
        Tensor first = y.get(0); // a view: shares y's storage
        first.zero_(); // so this is written to y too
        // @end
        assertThat(y.shape()).containsExactly(4, 4);
        assertThat(y.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(y.sum(1).toFloatArray()).containsExactly(0, 1, 1, 1);
    }

    @Test
    void elements() {
        // @start region="elements"
        Tensor x = Tensor.ofArray(new float[][] {{1, 2}, {3, 4}}); // float32[2,2], a copy of the array
        Tensor row = x.get(1); // x[1], a view
        row.set(40, Index.of(-1)); // x[1][-1] = 40
        float[][] rows = x.toArray(float[][].class);
        double sum = x.sum().item().doubleValue();
        // @end
        assertThat(rows[1]).containsExactly(3, 40);
        assertThat(sum).isEqualTo(46);
    }

    @Test
    void torch() {
        // @start region="torch"
        Torch.manualSeed(42);
        Tensor x = Torch.randn(4, 3); // float32 on the CPU, unless said otherwise
        Tensor biased = Torch.cat(new Tensor[] {x, Torch.ones(4, 1)}, 1); // float32[4,4]
        // @end
        assertThat(biased.shape()).containsExactly(4, 4);
        assertThat(biased.get(Index.ALL, Index.of(3)).sum().item().longValue()).isEqualTo(4);
        Torch.manualSeed(42);
        assertThat(Torch.randn(4, 3).toFloatArray()).isEqualTo(x.toFloatArray());
    }

    @Test
    void index() {
        Tensor x = Torch.arange(-10, 14).reshape(2, 6, 2);
        // @start region="index"
        Tensor part = x.get(Index.of(0), Index.slice(1, 5), Index.ELLIPSIS, Index.NEW_AXIS); // x[0, 1:5, ..., None]
        x.set(0, Index.of(x.lt(0))); // x[x < 0] = 0
        Tensor chosen = x.get(Index.ALL, Index.list(5, 0)); // x[:, [5, 0]], a copy
        // @end
        assertThat(part.shape()).containsExactly(4, 2, 1);
        assertThat(x.min().item().longValue()).isZero();
        assertThat(chosen.toLongArray()).containsExactly(0, 1, 0, 0, 12, 13, 2, 3);
    }

    @Test
    void dtype() {
        // @start region="dtype"
        Tensor counts = Torch.zeros(new long[] {3}, DType.INT64);
        Tensor mean = counts.to(DType.FLOAT64).mean(); // an integer tensor has no mean
        // @end
        assertThat(counts.dtype()).isEqualTo(DType.INT64);
        assertThat(mean.dtype()).isEqualTo(DType.FLOAT64);
    }

    @Test
    void device() {
        // @start region="device"
        Tensor huge = Torch.empty(new long[] {1 << 20, 1 << 20}, Device.META); // a shape without memory
        long[] shape = huge.mm(huge.t()).shape();
        Tensor x = Torch.ones(2).to(Device.CPU); // Device.cuda(0) where there is one
        // @end
        assertThat(shape).containsExactly(1 << 20, 1 << 20);
        assertThat(x.device()).isEqualTo(Device.CPU);
    }

    @Test
    void options() {
        // @start region="options"
        Tensor ids = Torch.zeros(new long[] {2, 3}, DType.INT64); // torch.zeros(2, 3, dtype=torch.int64)
        TensorOptions planned = TensorOptions.of(DType.BFLOAT16, Device.META);
        Tensor weight = Torch.empty(new long[] {512, 512}, planned); // both parts
        Tensor sum = weight.zeros_like(DType.FLOAT32); // the device stays weight's
        // @end
        assertThat(ids.dtype()).isEqualTo(DType.INT64);
        assertThat(weight.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(sum.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(sum.device()).isEqualTo(Device.META);
    }

    @Test
    void scalar() {
        // @start region="scalar"
        Tensor counts = Torch.arange(4); // int64
        Tensor doubled = counts.mul(Scalar.of(2)); // int64, as counts.mul(2) is
        Tensor halved = counts.mul(Scalar.of(0.5)); // float32, the default type
        long total = counts.sum().item().longValue();
        // @end
        assertThat(doubled.toLongArray()).containsExactly(0, 2, 4, 6);
        assertThat(halved.toFloatArray()).containsExactly(0, 0.5f, 1, 1.5f);
        assertThat(total).isEqualTo(6);
    }

    @Test
    void layout() {
        // @start region="layout"
        Tensor diagonal = Torch.eye(1000).to_sparse(Layout.SPARSE_COO); // 1000 elements are stored, not a million
        Tensor product = diagonal.matmul(Torch.ones(1000, 2)); // a strided tensor again
        // @end
        assertThat(diagonal.values().numel()).isEqualTo(1000);
        assertThat(product.sum().item().longValue()).isEqualTo(2000);
    }

    @Test
    void memoryFormat() {
        // @start region="memoryFormat"
        Tensor images = Torch.randn(8, 3, 32, 32); // [N,C,H,W]
        Tensor byPixel = images.contiguous(MemoryFormat.CHANNELS_LAST); // the same shape and elements in another order
        long step = byPixel.strides()[1]; // 1: a pixel's channels are side by side
        // @end
        assertThat(byPixel.equal(images)).isTrue();
        assertThat(byPixel.shape()).isEqualTo(images.shape());
        assertThat(step).isEqualTo(1);
    }
}

package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.nn.Dropout;
import dev.gatun.torch.Autograd;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import dev.gatun.torch.TorchException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a GPU's fused attention gets, and that it is right with a bias, trained or not, and rows of any length. */
class GpuAttentionTest {
    private static final Device GPU = Device.cuda(0);
    private static final long HEADS = 4;
    private static final long QUERIES = 13;
    private static final long WIDTH = 64;

    @ParameterizedTest
    @ValueSource(longs = {16, 19})
    void theBiasLiesInRowsOfAMultipleOfEight(long keys) {
        try (Scope _ = Scope.open()) {
            Tensor values = Torch.randn(1, HEADS, QUERIES, keys);
            // As the biases of the next token do, it begins anywhere.
            AttentionBias bias = new AttentionBias(values.narrow(3, 1, keys - 1), 2, HEADS, QUERIES);
            Tensor aligned = bias.aligned(DType.BFLOAT16);
            assertThat(aligned.equal(values.narrow(3, 1, keys - 1).to(DType.BFLOAT16)))
                    .isTrue();
            assertThat(aligned.strides()[3]).isOne();
            for (int dimension = 0; dimension < 3; dimension++) {
                assertThat(aligned.strides()[dimension] % 8).isZero();
            }
            assertThat(bias.aligned(DType.BFLOAT16)).isSameAs(aligned);
            assertThat(bias.aligned(DType.FLOAT32).dtype()).isEqualTo(DType.FLOAT32);
        }
    }

    @Test
    void theCpusAttentionIsNotIt() {
        try (Scope _ = Scope.open()) {
            assertThat(GpuAttention.takes(Torch.randn(1, HEADS, QUERIES, WIDTH), null))
                    .isFalse();
        }
    }

    /** Prefix and keys together are no multiple of eight; the bias is that of all rows, or one for each. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void equalsAttentionMadeOfOps(boolean trained) {
        try (Scope _ = Scope.open()) {
            Torch.zeros(new long[] {1}, GPU);
        } catch (TorchException e) {
            assumeTrue(false, "needs a GPU, and GATUN_LIBTORCH for CUDA: " + e.sentence());
        }
        Torch.manualSeed(6);
        for (long rows : new long[] {1, 3}) {
            try (Scope _ = Scope.open()) {
                Tensor query = leaf(3, HEADS, QUERIES, WIDTH);
                Tensor key = leaf(3, HEADS, 21, WIDTH);
                Tensor value = leaf(3, HEADS, 21, WIDTH);
                Tensor table = leaf(rows, HEADS, QUERIES, 21).detach().requiresGrad_(trained);
                AttentionBias bias = new AttentionBias(table, 3, HEADS, QUERIES);
                assertThat(GpuAttention.takes(query, bias)).isTrue();
                Tensor ours = GpuAttention.forward(query, new KeyValue(key, value), bias, new Dropout(0));
                Tensor theirs =
                        query.matmul(key.transpose(2, 3)).add(table).softmax(-1).matmul(value);
                Tensor[] inputs = trained ? new Tensor[] {query, key, value, table} : new Tensor[] {query, key, value};
                Tensor g = theirs.detach().sin();
                Tensor[] own = Autograd.grad(new Tensor[] {ours}, inputs, new Tensor[] {g}, false, false, false);
                Tensor[] truth = Autograd.grad(new Tensor[] {theirs}, inputs, new Tensor[] {g}, false, false, false);
                assertThat(relative(ours, theirs)).isLessThan(2e-5);
                for (int i = 0; i < inputs.length; i++) {
                    assertThat(relative(own[i], truth[i])).as("gradient " + i).isLessThan(5e-5);
                }
                // A mean over the keys survives the dropping of a quarter of the weights.
                Tensor dropped =
                        GpuAttention.forward(query, new KeyValue(key, value.ones_like()), bias, new Dropout(0.25));
                assertThat(dropped.mean().item().doubleValue()).isBetween(0.95, 1.05);
            }
        }
    }

    private static Tensor leaf(long... shape) {
        return Torch.randn(shape).mul(0.3).to(GPU, DType.FLOAT32).requiresGrad_(true);
    }

    private static double relative(Tensor a, Tensor b) {
        Tensor truth = b.detach();
        return a.detach().sub(truth).abs().max().div(truth.abs().max()).item().doubleValue();
    }
}

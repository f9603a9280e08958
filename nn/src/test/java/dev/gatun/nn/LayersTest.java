package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each layer against its formula written out in single ops. */
class LayersTest {
    private static final double EXACT = 1e-14;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
        Torch.manualSeed(2);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static void same(Tensor actual, Tensor expected) {
        assertThat(Golden.relativeError(actual, expected)).isLessThanOrEqualTo(EXACT);
    }

    @Test
    void linear() {
        try (Linear layer = new Linear(5, 4, true, DType.FLOAT64)) {
            Tensor x = Torch.randn(new long[] {2, 3, 5}, DType.FLOAT64);
            Tensor expected =
                    x.matmul(layer.weight().get().t()).add(layer.bias().get());
            same(layer.forward(x), expected);
            double bound = 1 / Math.sqrt(5);
            assertThat(layer.weight().get().abs().max().item().doubleValue()).isBetween(bound / 2, bound);
        }
    }

    @Test
    void embedding() {
        try (Embedding table = new Embedding(7, 3)) {
            Tensor rows = table.forward(Tensor.of(new long[] {6, 0, 6}));
            assertThat(rows.equal(table.weight().get().index_select(0, Tensor.of(new long[] {6, 0, 6}))))
                    .isTrue();
            rows.sum().backward();
            assertThat(table.weight().grad().sum(1).toFloatArray()).containsExactly(3, 0, 0, 0, 0, 0, 6);
            assertThatThrownBy(() -> table.forward(Tensor.of(new long[] {7})))
                    .isInstanceOf(dev.gatun.torch.TorchException.class);
        }
    }

    @Test
    void layerNorm() {
        try (LayerNorm norm = new LayerNorm(6, LayerNorm.EPS, DType.FLOAT64)) {
            Init.normal_(norm.weight(), 1);
            Init.normal_(norm.bias(), 1);
            Tensor x = Torch.randn(new long[] {4, 6}, DType.FLOAT64);
            Tensor centred = x.sub(x.mean(new long[] {1}, true));
            Tensor variance = centred.square().mean(new long[] {1}, true);
            Tensor expected = centred.div(variance.add(1e-5).sqrt())
                    .mul(norm.weight().get())
                    .add(norm.bias().get());
            same(norm.forward(x), expected);
        }
    }

    @Test
    void rmsNorm() {
        try (RMSNorm norm = new RMSNorm(6, 1e-6, DType.FLOAT64)) {
            Init.normal_(norm.weight(), 1);
            Tensor x = Torch.randn(new long[] {4, 6}, DType.FLOAT64);
            Tensor scale = x.square().mean(new long[] {1}, true).add(1e-6).rsqrt();
            same(norm.forward(x), x.mul(scale).mul(norm.weight().get()));
        }
    }

    /** A square of 300 overflows float16; the norm must not. */
    @Test
    void rmsNormRaisesLowPrecisions() {
        try (RMSNorm norm = new RMSNorm(4, 1e-6, DType.FLOAT16)) {
            Tensor x = Torch.full(new long[] {1, 4}, 300.0, DType.FLOAT16);
            assertThat(norm.forward(x).to(DType.FLOAT32).toFloatArray()).containsOnly(1f);
        }
    }

    @Test
    void dropoutKeepsTheMean() {
        try (Dropout dropout = new Dropout(0.25)) {
            float[] values = dropout.forward(Torch.ones(100_000)).toFloatArray();
            double sum = 0;
            int zeros = 0;
            for (float value : values) {
                assertThat(value == 0 || value == 1 / 0.75f).isTrue();
                sum += value;
                zeros += value == 0 ? 1 : 0;
            }
            assertThat(sum / values.length).isBetween(0.99, 1.01);
            assertThat(zeros / (double) values.length).isBetween(0.24, 0.26);
            assertThatThrownBy(() -> new Dropout(1.5)).hasMessageContaining("1.5");
        }
    }

    @Test
    void crossEntropy() {
        Tensor logits = Torch.randn(new long[] {2, 3, 5}, DType.FLOAT64);
        Tensor targets = Tensor.of(new long[] {4, 0, -100, 2, -100, 1}, 2, 3);
        Tensor logProbs = logits.sub(logits.exp().sum(new long[] {2}, true).log());
        Tensor real = targets.ne(-100);
        Tensor picked =
                logProbs.gather(2, targets.clamp_min(0).unsqueeze(2)).squeeze(2).mul(real);
        same(CrossEntropy.tokenLogProbs(logits, targets, -100), picked);
        same(CrossEntropy.sum(logits, targets, -100), picked.sum().neg());
        same(CrossEntropy.mean(logits, targets, -100), picked.sum().neg().div(4));
        assertThat(CrossEntropy.count(targets, -100)).isEqualTo(4);
        assertThat(CrossEntropy.sum(logits, targets.full_like(-100), -100)
                        .item()
                        .doubleValue())
                .isZero();
    }
}

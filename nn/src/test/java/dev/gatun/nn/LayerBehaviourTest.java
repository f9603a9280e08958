package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.nn.activation.RReLU;
import dev.gatun.nn.conv.Conv2d;
import dev.gatun.nn.conv.ConvOptions;
import dev.gatun.nn.conv.ConvTranspose1d;
import dev.gatun.nn.conv.ConvTransposeOptions;
import dev.gatun.nn.dropout.AlphaDropout;
import dev.gatun.nn.dropout.Dropout1d;
import dev.gatun.nn.dropout.Dropout2d;
import dev.gatun.nn.dropout.Dropout3d;
import dev.gatun.nn.dropout.FeatureAlphaDropout;
import dev.gatun.nn.norm.BatchNorm2d;
import dev.gatun.nn.norm.GroupNorm;
import dev.gatun.nn.recurrent.LSTM;
import dev.gatun.nn.recurrent.PackedSequence;
import dev.gatun.nn.transformer.AttentionMasks;
import dev.gatun.nn.transformer.MultiheadAttention;
import dev.gatun.nn.vision.Pad;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What numbers from elsewhere cannot show: randomness, the two ways of attention, and what is refused. */
class LayerBehaviourTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
        Torch.manualSeed(6);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void channelDropoutsDropWholeChannels() {
        List<Layer> layers = List.of(new Dropout1d(0.25), new Dropout2d(0.25), new Dropout3d(0.25));
        for (int d = 1; d <= 3; d++) {
            long[] shape = new long[2 + d];
            java.util.Arrays.fill(shape, 3);
            shape[0] = 40;
            shape[1] = 50;
            Layer layer = layers.get(d - 1);
            Tensor sums = layer.forward(Torch.ones(shape)).flatten(2).mean(new long[] {2});
            for (float mean : sums.flatten(0).toFloatArray()) {
                assertThat(mean == 0 || Math.abs(mean - 1 / 0.75f) < 1e-5)
                        .as("%s", mean)
                        .isTrue();
            }
            assertThat(sums.eq(0).to(DType.FLOAT64).mean().item().doubleValue()).isCloseTo(0.25, within(0.04));
            layer.eval();
            Tensor x = Torch.ones(shape);
            assertThat(layer.forward(x)).isSameAs(x);
        }
        // A single example: its rows are the channels.
        assertThat(new Dropout1d(0.5).forward(Torch.ones(200, 3)).sum(1).toFloatArray())
                .containsOnly(0f, 6f);
        assertThatThrownBy(() -> new Dropout2d(-1)).hasMessageContaining("-1");
    }

    @Test
    void alphaDropoutsKeepMeanAndDeviation() {
        for (Layer layer : List.of(new AlphaDropout(0.2), new FeatureAlphaDropout(0.2))) {
            Tensor x = Torch.randn(new long[] {500, 400, 2}, DType.FLOAT64);
            Tensor y = layer.forward(x);
            assertThat(y.mean().item().doubleValue()).isCloseTo(0, within(0.02));
            assertThat(y.std().item().doubleValue()).isCloseTo(1, within(0.02));
            assertThat(y.equal(x)).isFalse();
        }
    }

    @Test
    void randomizedReluDrawsItsSlopesInTraining() {
        RReLU layer = new RReLU(0.1, 0.3);
        double[] slopes = layer.forward(Torch.full(new long[] {10_000}, -1.0, DType.FLOAT64))
                .neg()
                .toDoubleArray();
        assertThat(java.util.Arrays.stream(slopes).min().orElseThrow()).isBetween(0.1, 0.101);
        assertThat(java.util.Arrays.stream(slopes).max().orElseThrow()).isBetween(0.299, 0.3);
        layer.eval();
        assertThat(layer.forward(Tensor.of(new double[] {-1})).toDoubleArray()).containsExactly(-0.2);
    }

    /** libtorch's fused op and the single ops, with both masks, results and gradients. */
    @Test
    void attentionWithAndWithoutWeightsIsTheSame() {
        try (MultiheadAttention attention = new MultiheadAttention(8, 2, 0, true, 8, 8, true, DType.FLOAT64)) {
            Tensor x = Torch.randn(new long[] {3, 5, 8}, DType.FLOAT64).requiresGrad_(true);
            Tensor padding = Tensor.of(new long[] {0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 3, 5)
                    .ne(0);
            AttentionMasks masks = new AttentionMasks(padding, AttentionMasks.causal(5));
            Tensor fused = attention.forward(x, x, x, masks);
            fused.square().sum().backward();
            Tensor gradient = x.grad().clone();
            x.setGrad(null);
            var single = attention.forwardWithWeights(x, x, x, masks, false);
            single.output().square().sum().backward();
            assertThat(Golden.relativeError(single.output(), fused)).isLessThan(1e-13);
            assertThat(Golden.relativeError(x.grad(), gradient)).isLessThan(1e-13);
            assertThat(single.weights().shape()).containsExactly(3, 2, 5, 5);
            assertThat(single.weights().sum(-1).sub(1).abs().max().item().doubleValue())
                    .isLessThan(1e-14);
            assertThat(single.weights()
                            .masked_select(padding.unsqueeze(1).unsqueeze(1).expand(3, 2, 5, 5))
                            .abs()
                            .max()
                            .item()
                            .doubleValue())
                    .isZero();
        }
    }

    @Test
    void packingGivesTheSequencesBack() {
        Tensor padded = Torch.randn(new long[] {3, 4, 2}, DType.FLOAT64);
        PackedSequence packed = PackedSequence.pack(padded, new long[] {1, 4, 2}, true);
        assertThat(packed.batchSizes().toLongArray()).containsExactly(3, 2, 1, 1);
        PackedSequence.Padded back = packed.pad(true, 9);
        assertThat(back.lengths().toLongArray()).containsExactly(1, 4, 2);
        assertThat(back.sequences()
                        .select(0, 2)
                        .narrow(0, 0, 2)
                        .equal(padded.select(0, 2).narrow(0, 0, 2)))
                .isTrue();
        assertThat(back.sequences()
                        .select(0, 0)
                        .narrow(0, 1, 3)
                        .eq(9)
                        .all()
                        .item()
                        .booleanValue())
                .isTrue();
        assertThatThrownBy(() -> PackedSequence.pack(padded, new long[] {1, 5, 2}, true))
                .hasMessage("expected 3 lengths from 1 to 4, got [1, 5, 2]");
    }

    @Test
    void sizesThatDoNotFitAreRefusedByName() {
        assertThatThrownBy(() -> new Conv2d(2, 3, 3, 3, 3))
                .hasMessage("kernelSize is one number or 2, each at least 1, not [3, 3, 3]");
        assertThatThrownBy(() -> new Conv2d(3, 4, ConvOptions.kernel(3).withGroups(2), null))
                .hasMessageContaining("3 in and 4 out")
                .hasMessageContaining("here 2");
        assertThatThrownBy(() -> new Conv2d(2, 2, ConvOptions.kernel(3).withPaddingMode("mirror"), null))
                .hasMessageContaining("mirror");
        assertThatThrownBy(() ->
                        new Conv2d(2, 2, ConvOptions.kernel(3).withSamePadding().withStride(2), null))
                .hasMessageContaining("stride 1");
        assertThatThrownBy(() ->
                        new ConvTranspose1d(2, 2, ConvTransposeOptions.kernel(3).withStride(0), null))
                .hasMessageContaining("stride");
        assertThatThrownBy(() -> new GroupNorm(3, 4)).hasMessageContaining("4");
        assertThatThrownBy(() -> new MultiheadAttention(6, 4)).hasMessageContaining("heads, 4");
        assertThatThrownBy(() -> Pad.zero(1)).hasMessageContaining("pairs");
        try (BatchNorm2d norm = new BatchNorm2d(3)) {
            assertThatThrownBy(() -> norm.forward(Torch.ones(2, 3)))
                    .hasMessage("BatchNorm2d takes an input of 4 dimensions, got [2, 3]");
        }
        try (LSTM lstm = new LSTM(3, 4)) {
            assertThatThrownBy(() -> lstm.forward(Torch.ones(5, 3)))
                    .hasMessageContaining("LSTM takes an input of shape [T, B, 3], got [5, 3]");
        }
    }
}

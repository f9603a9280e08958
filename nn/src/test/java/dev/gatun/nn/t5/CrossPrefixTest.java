package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.Golden;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prefixes of cross-attention: keys and values as if of encoder states that stand before the real ones. */
class CrossPrefixTest {
    private static final int BATCH = 3;
    private static final int LENGTH = 2;
    private static final double EXACT = 1e-12;

    private Scope scope;
    private T5 model;
    private EncoderStates source;
    private T5Prefix self;
    private Tensor extra;
    private T5Prefix prefix;
    private Tensor target;

    @BeforeEach
    void open() {
        scope = Scope.open();
        Torch.setNumThreads(1);
        model = TestModels.model();
        try (GradMode _ = Torch.noGrad()) {
            source = model.encode(TestModels.ids(BATCH, 5), TestModels.mask(5, 5, 3, 1), null);
            self = new T5Prefix(projected(Torch.randn(new long[] {BATCH, LENGTH, 32}, DType.FLOAT64)));
            extra = Torch.randn(new long[] {BATCH, LENGTH, 32}, DType.FLOAT64);
            prefix = self.withCross(projected(extra));
        }
        target = TestModels.ids(BATCH, 4);
    }

    @AfterEach
    void close() {
        model.close();
        scope.close();
    }

    /** What each layer's cross-attention makes of {@code states}, [B, P, D]. */
    private List<KeyValue> projected(Tensor states) {
        List<KeyValue> pairs = new ArrayList<>();
        for (int layer = 0; layer < model.decoder().numLayers(); layer++) {
            String name = "decoder.block." + layer + ".layer.1.EncDecAttention.";
            pairs.add(new KeyValue(states.matmul(weight(name + "k.weight")), states.matmul(weight(name + "v.weight"))));
        }
        return pairs;
    }

    private Tensor weight(String name) {
        return model.namedParameters().get(name).get().t();
    }

    private Tensor decoded(EncoderStates read, T5Prefix given) {
        return model.decoder()
                .forward(StackInput.ofIds(target).withEncoder(read).withPrefix(given))
                .lastHiddenState();
    }

    @Test
    void itIsAsIfStatesStoodBeforeTheEncoders() {
        Tensor expected = decoded(source.prepend(new EncoderStates(extra, null)), self);
        assertThat(Golden.relativeError(decoded(source, prefix), expected)).isLessThan(EXACT);
        assertThat(Golden.relativeError(decoded(source, self), expected)).isGreaterThan(1e-3);
        // The same where the encoder's states have no mask.
        EncoderStates open = new EncoderStates(source.states(), null);
        assertThat(Golden.relativeError(
                        decoded(open, prefix), decoded(open.prepend(new EncoderStates(extra, null)), self)))
                .isLessThan(EXACT);
    }

    @Test
    void itsMaskHidesIt() {
        Tensor none = Torch.zeros(new long[] {1, LENGTH}, DType.BOOL);
        Tensor first = Tensor.of(new boolean[] {true, false}, 1, LENGTH);
        for (EncoderStates read : List.of(source, new EncoderStates(source.states(), null))) {
            assertThat(Golden.relativeError(decoded(read, prefix.withMask(none)), decoded(read, null)))
                    .isLessThan(EXACT);
            T5Prefix shorter = new T5Prefix(shortened(prefix.layers())).withCross(shortened(prefix.cross()));
            assertThat(Golden.relativeError(decoded(read, prefix.withMask(first)), decoded(read, shorter)))
                    .isLessThan(EXACT);
        }
    }

    /** The first column. */
    private static List<KeyValue> shortened(List<KeyValue> pairs) {
        return pairs.stream()
                .map(pair ->
                        new KeyValue(pair.key().narrow(1, 0, 1), pair.value().narrow(1, 0, 1)))
                .toList();
    }

    @Test
    void generatingWithACacheIsGeneratingWithoutOne() {
        TestModels.endRowsAtDifferentSteps(model);
        for (T5Prefix given : List.of(prefix, prefix.withMask(TestModels.mask(LENGTH, 2, 1, 0)))) {
            for (GenerationConfig config :
                    List.of(GenerationConfig.of(8), GenerationConfig.of(8).withBeams(3))) {
                long[] cached = model.generate(source, given, config).toLongArray();
                assertThat(model.generate(source, given, config.withoutCache()).toLongArray())
                        .isEqualTo(cached);
                assertThat(model.generate(source, self, config).toLongArray()).isNotEqualTo(cached);
            }
        }
    }

    @Test
    void choicesAreScoredAsIfEachInputWereAlone() {
        List<List<long[]>> choices = List.of(
                List.of(new long[] {5, 6, 1}, new long[] {7, 1}),
                List.of(new long[] {8, 1}),
                List.of(new long[] {9, 4, 1}, new long[] {3, 1}, new long[] {2, 1}));
        double[][] together = model.score(source, prefix, choices, false);
        for (int row = 0; row < BATCH; row++) {
            Tensor index = Tensor.of(new long[] {row}, 1);
            double[] alone =
                    model.score(source.rows(index), prefix.rows(index), choices.subList(row, row + 1), false)[0];
            assertThat(together[row]).hasSize(alone.length);
            for (int i = 0; i < alone.length; i++) {
                assertThat(together[row][i]).isCloseTo(alone[i], org.assertj.core.api.Assertions.within(1e-10));
            }
        }
    }

    @Test
    void gradientsReachItAlsoWhenBlocksAreRunAgain() {
        model.train();
        Tensor[] gradients = new Tensor[2];
        for (int i = 0; i < 2; i++) {
            model.checkpointing(i == 1);
            Tensor leaf = extra.detach().clone().requiresGrad_(true);
            Torch.manualSeed(9);
            decoded(source, self.withCross(projected(leaf))).square().sum().backward();
            gradients[i] = leaf.grad();
        }
        assertThat(gradients[0].abs().max().item().doubleValue()).isGreaterThan(1e-3);
        assertThat(Golden.relativeError(gradients[1], gradients[0])).isLessThan(EXACT);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> self.withCross(prefix.cross().subList(0, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 layers has as many pairs for cross-attention or none, not 1");
        assertThatThrownBy(() -> new T5Prefix(projected(extra)).withCross(shortened(projected(extra))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one shape");
        Tensor two = Tensor.of(new long[] {0, 1}, 2);
        assertThatThrownBy(() -> decoded(
                        source,
                        new T5Prefix(self.rows(two).layers())
                                .withCross(prefix.rows(two).cross())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("for 2 rows goes before encoder states of as many rows, not 3");
        assertThatThrownBy(() -> decoded(null, prefix))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reads encoder states");
    }
}

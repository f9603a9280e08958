package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Golden;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A prefix that takes up positions is a past: the keys and values of tokens that were read before. */
class PrefixPositionsTest {
    private static final int PAST = 3;
    private static final int PRESENT = 4;

    @Test
    void itIsADecodersPast() {
        try (Scope _ = Scope.open();
                T5 model = TestModels.model()) {
            T5Stack decoder = model.decoder();
            EncoderStates source = new EncoderStates(Torch.randn(new long[] {2, 5, 32}, DType.FLOAT64), null);
            Tensor all = Torch.randn(new long[] {2, PAST + PRESENT, 32}, DType.FLOAT64);
            Tensor whole = decoder.forward(StackInput.ofEmbeds(all).withEncoder(source))
                    .lastHiddenState()
                    .narrow(1, PAST, PRESENT);
            try (T5Cache cache = T5Cache.growing()) {
                decoder.forward(StackInput.ofEmbeds(all.narrow(1, 0, PAST))
                        .withEncoder(source)
                        .withCache(cache));
                T5Prefix past = past(cache, decoder.numLayers());
                StackInput present = StackInput.ofEmbeds(all.narrow(1, PAST, PRESENT))
                        .withEncoder(source)
                        .withPrefix(past.withBias(PrefixBias.POSITIONS));
                assertThat(error(decoder.forward(present), whole)).isLessThan(1e-12);
                assertThat(error(decoder.forward(present.withPrefix(past)), whole))
                        .isGreaterThan(1e-3);
                inSteps(decoder, present, whole);
            }
        }
    }

    /** The cache remembers the prefix and how it counts: later calls need not give it again. */
    private static void inSteps(T5Stack decoder, StackInput present, Tensor whole) {
        try (T5Cache cache = T5Cache.preallocated(PRESENT)) {
            for (int i = 0; i < PRESENT; i++) {
                StackInput step = StackInput.ofEmbeds(present.inputsEmbeds().narrow(1, i, 1))
                        .withEncoder(present.encoder())
                        .withPrefix(i == 0 ? present.prefix() : null)
                        .withCache(cache);
                try (var _ = Torch.noGrad()) {
                    assertThat(error(decoder.forward(step), whole.narrow(1, i, 1)))
                            .isLessThan(1e-12);
                }
            }
        }
    }

    private static T5Prefix past(T5Cache cache, int layers) {
        List<KeyValue> pairs = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            long[] none = {2, 4, 0, 8};
            KeyValue nothing = new KeyValue(Torch.zeros(none, DType.FLOAT64), Torch.zeros(none, DType.FLOAT64));
            KeyValue all = cache.append(layer, nothing, null);
            pairs.add(new KeyValue(all.key().clone(), all.value().clone()));
        }
        return new T5Prefix(pairs);
    }

    private static double error(StackOutput output, Tensor expected) {
        return Golden.relativeError(output.lastHiddenState(), expected);
    }

    @Test
    void aClosedOneIsNone() {
        try (Scope _ = Scope.open();
                T5 model = TestModels.model()) {
            Tensor ids = TestModels.ids(2, 5);
            for (T5Stack stack : List.of(model.encoder(), model.decoder())) {
                Tensor closed = Torch.zeros(new long[] {2, PAST}, DType.BOOL);
                List<KeyValue> pairs = TestModels.prefix(model.config(), stack.numLayers(), 2, PAST)
                        .layers();
                T5Prefix prefix = new T5Prefix(pairs, closed, PrefixBias.POSITIONS);
                StackInput input = StackInput.ofIds(ids);
                Tensor plain = stack.forward(input).lastHiddenState();
                assertThat(error(stack.forward(input.withPrefix(prefix)), plain))
                        .isLessThan(1e-12);
            }
        }
    }

    @Test
    void rowsAreChosen() {
        try (Scope _ = Scope.open();
                T5 model = TestModels.model()) {
            T5Prefix prefix = TestModels.prefix(model.config(), 2, 3, PAST).withBias(PrefixBias.POSITIONS);
            T5Prefix chosen = prefix.rows(Tensor.of(new long[] {2, 0}, 2));
            assertThat(chosen.bias()).isEqualTo(PrefixBias.POSITIONS);
            assertThat(Golden.relativeError(
                            chosen.layers().get(1).value(),
                            Torch.stack(
                                    new Tensor[] {
                                        prefix.layers().get(1).value().select(0, 2),
                                        prefix.layers().get(1).value().select(0, 0)
                                    },
                                    0)))
                    .isZero();
        }
    }
}

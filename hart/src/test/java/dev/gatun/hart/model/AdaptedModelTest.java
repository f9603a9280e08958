package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.Golden;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The main model with what a hypernetwork wrote for it (specification 10.1, 10.4, 10.7 and 10.9), whatever the weights are. */
class AdaptedModelTest {
    private static final int BATCH = 3;
    private static final int DEMOS = 6;
    private static final int SOURCE = 5;
    private static final int TARGET = 4;
    private static final double EXACT = 1e-12;

    private Scope scope;
    private GradMode noGrad;
    private T5 main;
    private Hypernetwork hyper;
    private Tensor ids;
    private Tensor mask;
    private Adaptation made;
    private T5Input plain;

    @BeforeEach
    void open() {
        scope = Scope.open();
        noGrad = Torch.noGrad();
        main = TestHarts.main(2, 3);
        hyper = TestHarts.hyper(main, Memory.CACHE, false);
        Torch.manualSeed(7);
        ids = TestHarts.ids(BATCH, SOURCE);
        mask = TestHarts.mask(SOURCE, SOURCE, 3, 1);
        made = hyper.forward(TestHarts.ids(BATCH, DEMOS), TestHarts.mask(DEMOS, DEMOS, 4, 2));
        plain = T5Input.of(ids, mask, null).withDecoderInput(TestHarts.ids(BATCH, TARGET), null);
    }

    @AfterEach
    void close() {
        hyper.close();
        main.close();
        noGrad.close();
        scope.close();
    }

    private Tensor logits(T5Input input) {
        return main.forward(input).logits();
    }

    private T5Input adapted() {
        return plain.withPrefixes(made.encoderPrefix(), made.decoderPrefix());
    }

    private static void same(Tensor a, Tensor b) {
        assertThat(Golden.relativeError(a, b)).isLessThanOrEqualTo(EXACT);
    }

    private static void different(Tensor a, Tensor b) {
        assertThat(Golden.relativeError(a, b)).isGreaterThan(1e-3);
    }

    private static T5Prefix closed(T5Prefix prefix) {
        return new T5Prefix(prefix.layers(), Torch.zeros(new long[] {BATCH, prefix.length()}, DType.BOOL));
    }

    @Test
    void masksOnItsPrefixesGiveThePlainModelBack() {
        Tensor expected = logits(plain);
        different(logits(adapted()), expected);
        different(logits(plain.withPrefixes(made.encoderPrefix(), null)), expected);
        different(logits(plain.withPrefixes(null, made.decoderPrefix())), expected);
        same(logits(plain.withPrefixes(closed(made.encoderPrefix()), closed(made.decoderPrefix()))), expected);
    }

    @Test
    void emptyOrMaskedDemonstrationsAreNoFusion() {
        Tensor unfused = logits(adapted());
        Tensor states = made.demonstrations().states();
        different(logits(adapted().withFused(made.demonstrations())), unfused);
        Tensor zeros = made.demonstrations().mask().zeros_like();
        same(logits(adapted().withFused(new EncoderStates(states, zeros))), unfused);
        same(logits(adapted().withFused(new EncoderStates(states.narrow(1, 0, 0), zeros.narrow(1, 0, 0)))), unfused);
    }

    @Test
    void theOrderOfTheFusedRowsDoesNotMatter() {
        EncoderStates fused = main.encode(ids, mask, made.encoderPrefix()).prepend(made.demonstrations());
        Tensor order = Torch.randperm(fused.states().size(1));
        EncoderStates permuted = new EncoderStates(
                fused.states().index_select(1, order), fused.mask().index_select(1, order));
        Tensor decoderInput = plain.decoderInputIds();
        same(
                logits(T5Input.ofEncoded(permuted, null)
                        .withPrefixes(null, made.decoderPrefix())
                        .withDecoderInput(decoderInput, null)),
                logits(adapted().withFused(made.demonstrations())));
    }

    @Test
    void greedyDecodingIsTheSameWithAndWithoutCache() {
        EncoderStates encoded = main.encode(ids, mask, made.encoderPrefix()).prepend(made.demonstrations());
        GenerationConfig cached = GenerationConfig.of(10).withoutEos();
        long[] tokens = main.generate(encoded, made.decoderPrefix(), cached).toLongArray();
        assertThat(main.generate(encoded, made.decoderPrefix(), cached.withoutCache())
                        .toLongArray())
                .isEqualTo(tokens);
        assertThat(main.generate(main.encode(ids, mask, null), null, cached).toLongArray())
                .as("the prefixes matter")
                .isNotEqualTo(tokens);
    }

    /** Another row's demonstrations must not change this row. */
    @Test
    void prefixesStayWithTheirExample() {
        Tensor others = TestHarts.ids(BATCH, DEMOS);
        Tensor demos = TestHarts.ids(BATCH, DEMOS);
        Tensor open = TestHarts.mask(DEMOS, DEMOS, DEMOS, DEMOS);
        made = hyper.forward(demos, open);
        Tensor before = logits(adapted().withFused(made.demonstrations()));
        made = hyper.forward(Torch.cat(new Tensor[] {demos.narrow(0, 0, 1), others.narrow(0, 1, BATCH - 1)}, 0), open);
        Tensor after = logits(adapted().withFused(made.demonstrations()));
        same(after.narrow(0, 0, 1), before.narrow(0, 0, 1));
        different(after.narrow(0, 1, 1), before.narrow(0, 1, 1));
    }

    @Test
    void thePrefixScaleMultipliesThePrefixes() {
        HyperConfig config = hyper.config();
        try (Hypernetwork scaled =
                new Hypernetwork(config.toBuilder().prefixScale(0.25).build(), DType.FLOAT64)) {
            scaled.loadStateDict(hyper.stateDict(), true);
            Tensor demos = TestHarts.ids(BATCH, DEMOS);
            Tensor open = demos.ones_like();
            var expected = hyper.forward(demos, open).sites().toList();
            var actual = scaled.forward(demos, open).sites().toList();
            for (int i = 0; i < expected.size(); i++) {
                same(actual.get(i).values(), expected.get(i).values().mul(0.25));
            }
        }
    }

    @Test
    void aHypernetworkStartsFromTheMainModelAndSharesNothingWithIt() {
        try (Hypernetwork copy = Hypernetwork.from(main, hyper.config())) {
            // Each row of z is the embedding of some token that is not special.
            Tensor table =
                    copy.backbone().namedParameters().get("shared.weight").get();
            Tensor distances =
                    copy.backbone().z().get().unsqueeze(1).sub(table).abs().sum(-1);
            Tensor nearest = distances.argmin(1L);
            assertThat(distances.min(1, false).values().toFloatArray()).containsOnly(0f);
            assertThat(LongStream.of(nearest.toLongArray())).allMatch(token -> token > 2);
            var ours = copy.backbone().namedParameters();
            var theirs = main.namedParameters();
            ours.forEach((name, parameter) -> {
                if (!name.equals("z")) {
                    assertThat(Golden.relativeError(
                                    parameter.get(), theirs.get(name).get()))
                            .as(name)
                            .isLessThan(1e-7);
                    parameter.get().add_(1.0);
                    assertThat(Golden.relativeError(
                                    parameter.get(), theirs.get(name).get()))
                            .as(name + " is a copy")
                            .isGreaterThan(0.01);
                    parameter.get().sub_(1.0);
                }
            });
        }
        T5 small = TestHarts.main(1, 3);
        HyperConfig deeper = HyperConfig.builder(TestHarts.config(2, 3))
                .decoderLayers(2)
                .prefix(3)
                .build();
        assertThatThrownBy(() -> Hypernetwork.from(small, deeper))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("encoder.block.1");
        small.close();
    }
}

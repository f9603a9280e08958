package dev.gatun.nn.peft;

import static dev.gatun.nn.peft.SmallT5.difference;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.PrefixBias;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trainable prefixes: what they consist of, folding, generation. */
class PrefixTuningTest {
    private static final int LENGTH = 4;

    @Test
    void foldedEqualsReparameterised() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT64);
                PrefixTuning made =
                        PrefixTuning.of(model, PrefixConfig.of(LENGTH).reparameterised(16));
                PrefixTuning folded = made.folded()) {
            assertThat(model.numTrainableParameters()).isZero();
            assertThat(made.stateDict().keySet())
                    .contains("encoder.embedding.weight", "decoder.transform.0.weight", "decoder.transform.2.bias")
                    .hasSize(10);
            long network = LENGTH * 32 + 32 * 16 + 16 + 16 * 128 + 128;
            assertThat(made.numTrainableParameters()).isEqualTo(2 * network);
            assertThat(folded.stateDict().keySet())
                    .containsExactly("encoder.embedding.weight", "decoder.embedding.weight");
            T5Input input = SmallT5.input(3);
            Tensor logits = model.forward(made.on(input)).logits();
            assertThat(difference(model.forward(folded.on(input)).logits(), logits))
                    .isLessThan(1e-14);
            assertThat(difference(model.forward(input).logits(), logits)).isGreaterThan(1e-3);
            model.forward(made.on(input)).loss().backward();
            assertThat(made.parameters())
                    .hasSize(10)
                    .allSatisfy(parameter -> assertThat(
                                    parameter.grad().abs().sum().item().doubleValue())
                            .isPositive());
            model.forward(folded.on(input)).loss().backward();
            assertThat(folded.parameters())
                    .allSatisfy(parameter -> assertThat(parameter.grad()).isNotNull());
        }
    }

    /** With an even number of layers PEFT's order gives two layers the same vectors and leaves half of them out. */
    @Test
    void peftsSlots() {
        assertThat(slots(1)).containsExactly(0);
        assertThat(slots(2)).containsExactly(0, 0);
        assertThat(slots(3)).containsExactly(0, 4, 2);
        assertThat(slots(4)).containsExactly(0, 4, 0, 4);
        assertThat(slots(24)).startsWith(0, 4, 8).contains(44).doesNotContain(2);
    }

    private static List<Integer> slots(int layers) {
        return java.util.stream.IntStream.range(0, layers)
                .mapToObj(layer -> PrefixSlots.PEFT.key(layer, layers))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void cachedGenerationEqualsUncached(PrefixBias bias) {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT64);
                PrefixTuning tuning =
                        PrefixTuning.of(model, PrefixConfig.of(LENGTH).withBias(bias))) {
            Tensor ids = SmallT5.ids(3, 6);
            long before = Scope.unclosedTensors();
            try (Scope _ = Scope.open()) {
                EncoderStates source = model.encode(ids, null, tuning.encoderPrefix());
                GenerationConfig cached = GenerationConfig.of(12).withoutEos();
                long[] generated =
                        model.generate(source, tuning.decoderPrefix(), cached).toLongArray();
                assertThat(generated)
                        .isEqualTo(model.generate(source, tuning.decoderPrefix(), cached.withoutCache())
                                .toLongArray());
                assertThat(generated)
                        .isNotEqualTo(model.generate(source, null, cached).toLongArray());
            }
            assertThat(Scope.unclosedTensors()).isEqualTo(before);
        }
    }

    @Test
    void encoderStatesComeWithTheirPrefix() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(1, DType.FLOAT64);
                PrefixTuning tuning = PrefixTuning.of(model, PrefixConfig.of(LENGTH))) {
            T5Input input = SmallT5.input(2);
            EncoderStates source = model.encode(input.inputIds(), null, tuning.encoderPrefix());
            Tensor logits = model.forward(tuning.on(T5Input.ofEncoded(source, input.labels())))
                    .logits();
            assertThat(difference(logits, model.forward(tuning.on(input)).logits()))
                    .isZero();
        }
    }
}

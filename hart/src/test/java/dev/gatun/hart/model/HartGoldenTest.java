package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.hart.Golden;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.t5.AttentionMask;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.StackInput;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The independent reference of the specification, {@code golden/hart}: what the hypernetwork writes and what the main
 * model makes of it. Losses and gradients are in {@code ObjectiveGoldenTest}.
 */
class HartGoldenTest {
    /** Golden's README: against the float64 reference, apart from the prefixes, which it has in float32 only. */
    private record Tolerance(double states, double prefixes, double logits, double attention) {
        static Tolerance of(DType dtype) {
            return dtype == DType.FLOAT64
                    ? new Tolerance(1e-10, 2e-6, 1e-10, 1e-10)
                    : new Tolerance(1e-5, 1e-5, 1e-5, 5e-6);
        }
    }

    @ParameterizedTest(name = "{0} {2}")
    @CsvSource({
        "hart_cache, CACHE, FLOAT32", "hart_cache, CACHE, FLOAT64",
        "hart_markov, MARKOV, FLOAT32", "hart_markov, MARKOV, FLOAT64",
        "shared, SHARED, FLOAT32", "shared, SHARED, FLOAT64",
        "parallel, PARALLEL, FLOAT32", "parallel, PARALLEL, FLOAT64"
    })
    void equalsTheReference(String mode, Memory memory, DType dtype) {
        Tolerance tolerance = Tolerance.of(dtype);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                GoldenHart models = new GoldenHart(memory, dtype);
                Golden common = new Golden("common " + dtype, GoldenHart.FOLDER + "common.safetensors");
                Golden golden = new Golden(mode + " " + dtype, GoldenHart.FOLDER + mode + ".safetensors")) {
            Adaptation made = models.adapt();
            demonstrations(common, models, made, tolerance.states);
            golden.check("h", made.states(), "f64.h", tolerance.states);
            made.sites()
                    .forEach(site ->
                            golden.check("prefixes", site.values(), goldenSite(site.name()), tolerance.prefixes));
            assertThat(made.sites()).hasSize(golden.names("prefix.").size());

            T5Input plain = T5Input.of(models.input("query_ids"), models.input("query_mask"), null)
                    .withDecoderInput(models.input("decoder_input_ids"), null);
            T5Input prefixed = plain.withPrefixes(made.encoderPrefix(), made.decoderPrefix());
            common.check("logits", logits(models, plain), "f64.logits.plain", tolerance.logits);
            common.check(
                    "logits",
                    logits(models, plain.withFused(made.demonstrations())),
                    "f64.logits.fid",
                    tolerance.logits);
            golden.check("logits", logits(models, prefixed), "f64.logits.prefix", tolerance.logits);
            golden.check(
                    "logits",
                    logits(models, prefixed.withFused(made.demonstrations())),
                    "f64.logits.prefix_fid",
                    tolerance.logits);
            attention(golden, models, made, tolerance.attention);
            greedy(golden, models, made);
        }
    }

    /** {@code encoder.0.key} is {@code prefix.enc.key.0} there. */
    private static String goldenSite(String name) {
        String[] parts = name.split("\\.");
        return "prefix." + parts[0].substring(0, 3) + "." + parts[2] + "." + parts[1];
    }

    /** E at padding is nobody's business. */
    private static void demonstrations(Golden common, GoldenHart models, Adaptation made, double tolerance) {
        Tensor padding = models.input("demo_mask").eq(0).unsqueeze(-1);
        common.check(
                "E",
                made.demonstrations().states().masked_fill(padding, 0),
                common.get("f64.hyper_encoder_output").masked_fill(padding, 0),
                "hyper_encoder_output",
                tolerance);
    }

    private static Tensor logits(GoldenHart models, T5Input input) {
        return models.main.forward(input).logits();
    }

    /**
     * The last layer's attention, averaged over heads and over the four entries of each pair of pairs. The cache's is that
     * of the block-causal pass over [z, h_1, …, h_{L-1}], which must give the same states too.
     */
    private static void attention(Golden golden, GoldenHart models, Adaptation made, double tolerance) {
        if (!golden.has("f64.attention_LxL")) {
            return;
        }
        int pairs = models.hyper.config().pairs();
        int positions = 2 * pairs;
        Tensor z = models.hyper.backbone().z().get();
        Tensor first = z.unsqueeze(0).expand(made.states().size(0), -1, -1);
        boolean parallel = models.memory == Memory.PARALLEL;
        Tensor inputs = parallel
                ? first
                : Torch.cat(
                        new Tensor[] {
                            first, made.states().narrow(1, 0, pairs - 1).flatten(1, 2)
                        },
                        1);
        var output = models.hyper
                .backbone()
                .decoder()
                .forward(StackInput.ofEmbeds(inputs)
                        .withMask(
                                parallel
                                        ? AttentionMask.bidirectional(positions, positions)
                                        : AttentionMask.blockCausal(positions, positions, 2))
                        .withEncoder(made.demonstrations())
                        .withAttentions());
        golden.check("h", output.lastHiddenState().unflatten(1, pairs, 2), "f64.h", tolerance);
        Tensor reduced =
                output.attentions().getLast().mean(1).unflatten(2, pairs, 2).unflatten(1, pairs, 2);
        golden.check("attention", reduced.mean(2, 4), "f64.attention_LxL", tolerance);
    }

    private static void greedy(Golden golden, GoldenHart models, Adaptation made) {
        Tensor expected = golden.get("greedy_ids");
        EncoderStates encoded = models.main
                .encode(models.input("query_ids"), models.input("query_mask"), made.encoderPrefix())
                .prepend(made.demonstrations());
        int tokens = models.json.get("greedy_tokens").intValue();
        GenerationConfig cached = GenerationConfig.of(tokens).withoutEos();
        for (GenerationConfig generation : List.of(cached, cached.withoutCache())) {
            Tensor generated = models.main.generate(encoded, made.decoderPrefix(), generation);
            assertThat(generated.narrow(1, 1, tokens).contiguous().toLongArray())
                    .isEqualTo(expected.toLongArray());
        }
    }
}

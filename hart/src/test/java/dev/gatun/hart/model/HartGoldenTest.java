package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.Golden;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The independent reference of the specification, {@code golden/hart}: what the hypernetwork writes and what the main
 * model makes of it. Losses and gradients are in {@code ObjectiveGoldenTest}.
 */
@Tag("device")
class HartGoldenTest {
    /** Golden's README: against the float64 reference, apart from the prefixes, which it has in float32 only. */
    private record Tolerance(double states, double prefixes, double logits, double attention) {
        static Tolerance of(DType dtype) {
            return dtype == DType.FLOAT64
                    ? new Tolerance(1e-10, 2e-6, 1e-10, 1e-10)
                    : new Tolerance(1e-5, 1e-5, 1e-5, 5e-6);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("dev.gatun.hart.model.GoldenHart#modesAndTypes")
    void equalsTheReference(String mode, DType dtype) {
        Tolerance tolerance = Tolerance.of(dtype);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                GoldenHart models = new GoldenHart(mode, dtype);
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
            attention(golden, models, tolerance.attention);
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

    /** Figure 1's map, which only two modes have. */
    private static void attention(Golden golden, GoldenHart models, double tolerance) {
        Tensor ids = models.input("demo_ids");
        Tensor mask = models.input("demo_mask");
        if (golden.has("f64.attention_LxL")) {
            golden.check("attention", models.hyper.attentionMap(ids, mask), "f64.attention_LxL", tolerance);
        } else {
            assertThatThrownBy(() -> models.hyper.attentionMap(ids, mask))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("CACHE or PARALLEL");
        }
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

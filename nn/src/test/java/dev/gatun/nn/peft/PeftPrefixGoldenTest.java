package dev.gatun.nn.peft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.Golden;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.KeyValue;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.nn.t5.T5Output;
import dev.gatun.nn.t5.T5Prefix;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PEFT's own prefix tuning of Hugging Face's T5: slots, position bias, gradients, generation. */
@Tag("device")
class PeftPrefixGoldenTest {
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void equalsPeft(DType dtype) throws IOException {
        JsonNode about = new ObjectMapper()
                .readTree(Golden.path("prefix/prefix_peft_v10_tied.json").toFile());
        boolean exact = dtype == DType.FLOAT64;
        double values = exact ? 1e-12 : 5e-6;
        try (Scope _ = Scope.open();
                Golden golden = new Golden("PEFT prefix " + dtype, "prefix/prefix_peft_v10_tied.safetensors");
                T5 model = T5.fromPretrained(Golden.path(about.get("model_dir").asText()), Golden.on(dtype));
                PrefixTuning tuning = PrefixTuning.of(
                        model, PrefixConfig.peft(about.get("prefix_length").asInt()))) {
            model.eval();
            assertThat(tuning.encoder()).isNull();
            tuning.loadStateDict(Map.of("decoder.embedding.weight", golden.get("prompt_embedding")), true);
            slots(golden, tuning.decoderPrefix());

            Tensor labels = golden.get("labels");
            T5Input input = tuning.on(T5Input.of(golden.get("input_ids"), golden.get("attention_mask"), labels));
            T5Output output = model.forward(input);
            golden.close(output.encoder().lastHiddenState(), "encoder_output_f64", values);
            golden.close(output.logits(), "logits_f64", values);
            golden.close(output.loss(), "loss_f64", exact ? values : 1e-6);
            output.loss().backward();
            Tensor grad = tuning.parameters().getFirst().grad();
            golden.close(grad, "grad_f64.prompt_embedding", exact ? 1e-11 : 2e-5);

            // Without a loss, so that no gradient is asked for and attention takes its fused path.
            tuning.requiresGrad_(false);
            golden.close(model.forward(input).logits(), "logits_f64", values);
            greedy(golden, model, tuning.decoderPrefix());
            notTheTrap(golden, model, tuning.decoderPrefix());
        }
    }

    private static void slots(Golden golden, T5Prefix prefix) {
        for (int layer = 0; layer < prefix.layers().size(); layer++) {
            KeyValue pair = prefix.layers().get(layer);
            for (String part : List.of("key", "value")) {
                Tensor expected = golden.get("prefix.decoder." + layer + "." + part);
                Tensor flat = part.equals("key") ? pair.key() : pair.value();
                Tensor byHead = flat.view(1, expected.size(2), expected.size(1), expected.size(3))
                        .transpose(1, 2);
                golden.compare(byHead, expected, part + " of layer " + layer, 0);
            }
        }
    }

    private static void greedy(Golden golden, T5 model, T5Prefix prefix) {
        Tensor expected = golden.get("greedy_ids");
        EncoderStates source = model.encode(golden.get("input_ids"), golden.get("attention_mask"), null);
        GenerationConfig cached = GenerationConfig.of((int) expected.size(1) - 1);
        for (GenerationConfig generation : List.of(cached, cached.withoutCache())) {
            Tensor ids = model.generate(source, prefix, generation);
            long missing = expected.size(1) - ids.size(1);
            assertThat(ids.constant_pad_nd(new long[] {0, missing}, 0).toLongArray())
                    .isEqualTo(expected.toLongArray());
        }
    }

    /** A source just as long as the prefix made Hugging Face 4.30 take the prefix for the encoder's keys and values. */
    private static void notTheTrap(Golden golden, T5 model, T5Prefix prefix) {
        Tensor labels = golden.get("labels").narrow(0, 0, 1);
        Tensor logits = model.forward(
                        T5Input.of(golden.get("trap_input_ids"), null, labels).withPrefixes(null, prefix))
                .logits();
        golden.close(logits, "trap_logits_same_input_padded_to_P_plus_1", 5e-6);
        assertThat(Golden.relativeError(logits, golden.get("trap_logits_encoder_length_equals_P")))
                .isGreaterThan(0.01);
    }
}

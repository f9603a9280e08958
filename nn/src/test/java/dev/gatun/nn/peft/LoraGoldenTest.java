package dev.gatun.nn.peft;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.Golden;
import dev.gatun.nn.Linear;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.nn.t5.EncoderStates;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.nn.t5.T5Output;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PEFT's LoRA on Hugging Face's T5: every number it printed. */
@Tag("device")
class LoraGoldenTest {
    private static final String MERGED = "merged.encoder.block.0.layer.0.SelfAttention.q.weight";

    @ParameterizedTest
    @CsvSource({"lora_v11_gated,FLOAT32", "lora_v11_gated,FLOAT64", "lora_v10_tied,FLOAT32", "lora_v10_tied,FLOAT64"})
    void equalsPeft(String name, DType dtype) throws IOException {
        JsonNode about = new ObjectMapper()
                .readTree(Golden.path("lora/" + name + ".json").toFile());
        double values = dtype == DType.FLOAT64 ? 1e-12 : 5e-6;
        double gradients = dtype == DType.FLOAT64 ? 1e-11 : 2e-5;
        List<String> targets = new ArrayList<>();
        about.get("target_modules").forEach(target -> targets.add(target.asText()));
        LoraConfig config = LoraConfig.of(
                        about.get("r").asInt(), about.get("lora_alpha").asDouble())
                .withTargets(new TargetModules(targets, null));
        assertThat(config.scaling()).isEqualTo(about.get("scaling").asDouble());
        try (Scope _ = Scope.open();
                Golden golden = new Golden("lora " + name + " " + dtype, "lora/" + name + ".safetensors");
                T5 model = T5.fromPretrained(Golden.path(about.get("model_dir").asText()), Golden.on(dtype));
                Lora lora = Lora.attach(model, config)) {
            model.eval();
            List<String> trainable = new ArrayList<>();
            about.get("trainable").forEach(entry -> trainable.add(entry.asText()));
            assertThat(lora.namedParameters().keySet()).containsExactlyInAnyOrderElementsOf(trainable);
            assertThat(model.numTrainableParameters()).isZero();
            lora.loadStateDict(tensors(golden, trainable), true);

            T5Input input = T5Input.of(golden.get("input_ids"), golden.get("attention_mask"), golden.get("labels"));
            T5Output output = model.forward(input);
            golden.close(output.encoder().lastHiddenState(), "encoder_output_f64", values);
            golden.close(output.logits(), "logits_f64", values);
            golden.close(output.loss(), "loss_f64", dtype == DType.FLOAT64 ? values : 1e-6);
            output.loss().backward();
            lora.namedParameters()
                    .forEach((of, parameter) -> golden.close(parameter.grad(), "grad_f64." + of, gradients));
            assertThat(model.parameters())
                    .allSatisfy(parameter -> assertThat(parameter.grad()).isNull());
            greedy(golden, model);
            merging(golden, model, lora, input, values);
        }
    }

    private static Map<String, Tensor> tensors(Golden golden, List<String> names) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        names.forEach(name -> tensors.put(name, golden.get(name)));
        return tensors;
    }

    private static void merging(Golden golden, T5 model, Lora lora, T5Input input, double tolerance) {
        Linear q = (Linear) model.namedModules().get("encoder.block.0.layer.0.SelfAttention.q");
        Tensor original = q.weight().get().clone();
        lora.merge();
        lora.merge();
        assertThat(lora.isMerged()).isTrue();
        // PEFT merged in float32.
        golden.close(q.weight().get(), MERGED, 2e-7);
        golden.close(model.forward(input).logits(), "logits_f64", tolerance);
        golden.close(model.forward(input).logits(), "logits_merged", 5e-6);
        lora.unmerge();
        assertThat(Golden.relativeError(q.weight().get(), original))
                .isLessThan(original.dtype() == DType.FLOAT64 ? 1e-15 : 1e-6);
        golden.close(model.forward(input).logits(), "logits_f64", tolerance);
    }

    private static void greedy(Golden golden, T5 model) {
        Tensor expected = golden.get("greedy_ids");
        EncoderStates source = model.encode(golden.get("input_ids"), golden.get("attention_mask"), null);
        GenerationConfig cached = GenerationConfig.of((int) expected.size(1) - 1);
        for (GenerationConfig generation : List.of(cached, cached.withoutCache())) {
            Tensor ids = model.generate(source, null, generation);
            long missing = expected.size(1) - ids.size(1);
            assertThat(ids.constant_pad_nd(new long[] {0, missing}, 0).toLongArray())
                    .isEqualTo(expected.toLongArray());
        }
    }
}

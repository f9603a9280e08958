package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.Golden;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hugging Face's T5, v1.1 and v1.0: every number it printed. */
@Tag("device")
class T5GoldenTest {
    /** Float32 against float64 truth: golden's README; float64 against float64, where only summation order differs. */
    private record Tolerance(double values, double gradients, double loss) {
        static Tolerance of(DType dtype) {
            return dtype == DType.FLOAT64 ? new Tolerance(1e-12, 1e-6, 1e-12) : new Tolerance(5e-6, 2e-5, 1e-6);
        }
    }

    @ParameterizedTest
    @CsvSource({"t5_v11_gated,FLOAT32", "t5_v11_gated,FLOAT64", "t5_v10_tied,FLOAT32", "t5_v10_tied,FLOAT64"})
    void equalsHuggingFace(String set, DType dtype) {
        Tolerance tolerance = Tolerance.of(dtype);
        try (Scope _ = Scope.open();
                Golden golden = new Golden(set + " " + dtype, set + "/io.safetensors");
                T5 model = T5.fromPretrained(Golden.path(set), Golden.on(dtype))) {
            model.eval();
            T5Output output = model.forward(
                    T5Input.of(golden.get("input_ids"), golden.get("attention_mask"), golden.get("labels"))
                            .withHiddenStates());
            golden.close(output.encoder().lastHiddenState(), "encoder_output_f64", tolerance.values);
            golden.close(output.logits(), "logits_f64", tolerance.values);
            golden.close(output.loss(), "loss_f64", tolerance.loss);
            Tensor logProbs =
                    CrossEntropy.tokenLogProbs(output.logits(), golden.get("labels"), CrossEntropy.IGNORE_INDEX);
            golden.close(logProbs, "token_logprobs_f64", tolerance.values);
            hiddenStates(golden, output.encoder(), "encoder");
            hiddenStates(golden, output.decoder(), "decoder");
            positionBias(golden, model.encoder(), "encoder");
            positionBias(golden, model.decoder(), "decoder");
            assertThat(model.shiftRight(golden.get("labels")).toLongArray())
                    .isEqualTo(golden.get("decoder_input_ids").toLongArray());
            output.loss().backward();
            gradients(golden, model.namedParameters(), tolerance);
            greedy(golden, model);
        }
    }

    /** The references are float32, so that is all that can be asked of either type. */
    private static void hiddenStates(Golden golden, StackOutput output, String stack) {
        int count = golden.names(stack + "_hidden_states.").size();
        assertThat(output.hiddenStates()).hasSize(count);
        for (int i = 0; i < count; i++) {
            golden.close(output.hiddenStates().get(i), stack + "_hidden_states." + i, 5e-6);
        }
    }

    private static void positionBias(Golden golden, T5Stack stack, String name) {
        Tensor expected = golden.get(name + "_position_bias");
        int length = (int) expected.size(2);
        golden.compare(stack.positionBias(length, length), expected, name + "_position_bias", 0);
    }

    private static void gradients(Golden golden, Map<String, Parameter> parameters, Tolerance tolerance) {
        assertThat(golden.names("grad.")).hasSameSizeAs(parameters.keySet());
        parameters.forEach((name, parameter) -> golden.close(parameter.grad(), "grad." + name, tolerance.gradients));
    }

    private static void greedy(Golden golden, T5 model) {
        Tensor expected = golden.get("greedy_ids");
        EncoderStates source = model.encode(golden.get("input_ids"), golden.get("attention_mask"), null);
        GenerationConfig cached = GenerationConfig.of((int) expected.size(1) - 1);
        assertThat(TestModels.padded(model.generate(source, null, cached), expected.size(1)))
                .isEqualTo(expected.toLongArray());
        assertThat(TestModels.padded(model.generate(source, null, cached.withoutCache()), expected.size(1)))
                .isEqualTo(expected.toLongArray());
    }
}

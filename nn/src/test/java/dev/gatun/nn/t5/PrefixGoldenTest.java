package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.CrossEntropy;
import dev.gatun.nn.Golden;
import dev.gatun.nn.generation.GenerationConfig;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Prefixes with bias 0, shared or one for each example, in both stacks or only the decoder. */
@Tag("device")
class PrefixGoldenTest {
    static Stream<Arguments> cases() throws IOException {
        List<Arguments> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(Golden.path("prefix"))) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("prefix_zero_bias_") && name.endsWith(".json"))
                    .map(name -> name.substring(0, name.length() - ".json".length()))
                    .sorted()
                    .forEach(name -> {
                        cases.add(Arguments.of(name, DType.FLOAT32));
                        cases.add(Arguments.of(name, DType.FLOAT64));
                    });
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(String name, DType dtype) throws IOException {
        JsonNode about = new ObjectMapper()
                .readTree(Golden.path("prefix/" + name + ".json").toFile());
        double values = dtype == DType.FLOAT64 ? 1e-12 : 5e-6;
        double gradients = dtype == DType.FLOAT64 ? 1e-11 : 2e-5;
        try (Scope _ = Scope.open();
                Golden golden = new Golden("prefix " + name + " " + dtype, "prefix/" + name + ".safetensors");
                T5 model = T5.fromPretrained(Golden.path(about.get("model_dir").asText()), Golden.on(dtype))) {
            model.eval();
            T5Prefix encoder = prefix(golden, "encoder", model.encoder(), dtype);
            T5Prefix decoder = prefix(golden, "decoder", model.decoder(), dtype);
            Tensor ids = golden.get("input_ids");
            Tensor mask = golden.get("attention_mask");
            Tensor labels = golden.get("labels");

            T5Output output = model.forward(T5Input.of(ids, mask, labels).withPrefixes(encoder, decoder));
            golden.close(output.encoder().lastHiddenState(), "encoder_output_f64", values);
            golden.close(output.logits(), "logits_f64", values);
            golden.close(output.loss(), "loss_f64", dtype == DType.FLOAT64 ? values : 1e-6);
            golden.close(
                    CrossEntropy.tokenLogProbs(output.logits(), labels, CrossEntropy.IGNORE_INDEX),
                    "token_logprobs_f64",
                    values);
            T5Output plain = model.forward(T5Input.of(ids, mask, labels));
            golden.close(plain.logits(), "logits_without_prefix", 5e-6);

            output.loss().backward();
            checkGradients(golden, model, encoder, decoder, gradients);
            if (golden.has("greedy_ids")) {
                greedy(golden, model, encoder, decoder);
            }
        }
    }

    private static T5Prefix prefix(Golden golden, String stack, T5Stack of, DType dtype) {
        if (golden.names("prefix." + stack + ".").isEmpty()) {
            return null;
        }
        List<KeyValue> layers = new ArrayList<>();
        for (int i = 0; i < of.numLayers(); i++) {
            String name = "prefix." + stack + "." + i;
            layers.add(new KeyValue(
                    golden.get(name + ".key", dtype).requiresGrad_(true),
                    golden.get(name + ".value", dtype).requiresGrad_(true)));
        }
        return new T5Prefix(layers);
    }

    private static void checkGradients(Golden golden, T5 model, T5Prefix encoder, T5Prefix decoder, double tolerance) {
        List<String> names = golden.names("grad_f64.");
        assertThat(names).isNotEmpty();
        for (String name : names) {
            String of = name.substring("grad_f64.".length());
            Tensor grad;
            if (of.startsWith("prefix.")) {
                String[] parts = of.split("\\.");
                T5Prefix prefix = parts[1].equals("encoder") ? encoder : decoder;
                KeyValue pair = prefix.layers().get(Integer.parseInt(parts[2]));
                grad = (parts[3].equals("key") ? pair.key() : pair.value()).grad();
            } else {
                grad = model.namedParameters().get(of).grad();
            }
            golden.close(grad, name, tolerance);
        }
    }

    private static void greedy(Golden golden, T5 model, T5Prefix encoder, T5Prefix decoder) {
        Tensor expected = golden.get("greedy_ids");
        EncoderStates source = model.encode(golden.get("input_ids"), golden.get("attention_mask"), encoder);
        GenerationConfig cached = GenerationConfig.of((int) expected.size(1) - 1);
        for (GenerationConfig generation : List.of(cached, cached.withoutCache())) {
            assertThat(TestModels.padded(model.generate(source, decoder, generation), expected.size(1)))
                    .isEqualTo(expected.toLongArray());
        }
    }
}

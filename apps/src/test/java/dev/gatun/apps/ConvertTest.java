package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.checkpoint.WeightFiles;
import dev.gatun.nn.checkpoint.WeightSource;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Config;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ConvertTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path source;
    private Path target;

    @BeforeEach
    void model() throws IOException {
        source = folder.resolve("source");
        target = folder.resolve("target");
        T5Config config =
                T5Config.builder().vocab(40).sizes(32, 8, 64, 4).layers(2, 2).build();
        try (T5 model = new T5(config)) {
            model.savePretrained(source);
        }
        Files.writeString(source.resolve("tokenizer.json"), "{}");
        Files.writeString(source.resolve("tf_model.h5"), "other weights");
    }

    private int convert(Object... arguments) {
        CommandLine line = Gatun.commandLine(Failures.forArguments());
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        String[] all = Stream.concat(Stream.of("convert"), Stream.of(arguments))
                .map(Object::toString)
                .toArray(String[]::new);
        return line.execute(all);
    }

    @Test
    void typeAndSizeChangeAndTheRestIsCopied() throws IOException {
        assertThat(convert(source, target, "--dtype", "bf16", "--max-shard-size", "20KB"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("tensors, 0.1 MB");
        assertThat(names(target))
                .contains("config.json", "tokenizer.json", "model.safetensors.index.json")
                .doesNotContain("model.safetensors", "tf_model.h5")
                .anyMatch(name -> name.startsWith("model-00003-of-"));
        assertThat(Files.readString(target.resolve("config.json"))).contains("\"dtype\" : \"bfloat16\"");
        try (Scope _ = Scope.open();
                WeightSource before = WeightFiles.open(source);
                WeightSource after = WeightFiles.open(target);
                T5 model = T5.fromPretrained(target)) {
            assertThat(after.names()).containsExactlyInAnyOrderElementsOf(before.names());
            for (String name : before.names()) {
                assertThat(after.load(name).equal(before.load(name).to(DType.BFLOAT16)))
                        .as(name)
                        .isTrue();
            }
            assertThat(model.config()).isEqualTo(T5Config.read(source.resolve("config.json")));
        }
        assertThat(names(folder)).containsExactlyInAnyOrder("source", "target");
    }

    @Test
    void copiesOfTheEmbeddingAreLeftOut() throws IOException {
        Path file = source.resolve("model.safetensors");
        try (Scope _ = Scope.open();
                SafeTensorsFile weights = new SafeTensorsFile(file)) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            weights.names().forEach(name -> tensors.put(name, weights.load(name)));
            for (String copy : List.of("encoder.embed_tokens.weight", "lm_head.weight")) {
                tensors.put(copy, weights.load("shared.weight"));
            }
            SafeTensorsWriter.write(file, tensors, Map.of());
        }
        assertThat(convert(source, target)).isZero();
        try (WeightSource after = WeightFiles.open(target)) {
            assertThat(after.names())
                    .contains("shared.weight")
                    .doesNotContain("encoder.embed_tokens.weight", "lm_head.weight");
        }
    }

    @Test
    void numbersBeyondFloat16AreRefusedAndNothingIsLeft() throws IOException {
        Path file = folder.resolve("one.safetensors");
        try (Scope _ = Scope.open()) {
            SafeTensorsWriter.write(file, Map.of("w", Torch.full(new long[] {3}, 1e6)), Map.of());
        }
        assertThat(convert(file, target, "--dtype", "fp16")).isEqualTo(1);
        assertThat(err.toString())
                .contains("'w' has numbers beyond float16's range; convert it to bf16")
                .hasLineCount(1);
        assertThat(names(folder)).containsExactlyInAnyOrder("source", "one.safetensors");
        assertThat(convert(file, target, "--dtype", "BF16")).isZero();
    }

    @Test
    void whatIsThereIsNotTouched() throws IOException {
        Files.createDirectory(target);
        assertThat(convert(source, target)).as("an empty folder is no obstacle").isZero();
        assertThat(convert(source, target, "--dtype", "bf16")).isEqualTo(1);
        assertThat(err.toString()).contains("target: is already there").hasLineCount(1);
        try (WeightSource after = WeightFiles.open(target)) {
            assertThat(after.dtype("shared.weight")).isEqualTo(DType.FLOAT32);
        }
        assertThat(names(folder)).containsExactlyInAnyOrder("source", "target");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--max-shard-size|much|2|'much' is not a size, such as 2GB or 500MiB",
                "--max-shard-size|0GB|2|'0GB' is not a size",
                "--dtype|int8|2|BF16, FP16, FP32",
                "--to|onnx|2|SAFETENSORS",
            })
    void wrongCallsAreOneLine(String option, String value, int code, String message) {
        assertThat(convert(source, target, option, value)).isEqualTo(code);
        assertThat(err.toString()).contains(message).hasLineCount(1);
    }

    @Test
    void aSourceWithoutWeightsIsNamed() {
        assertThat(convert(folder, target)).isEqualTo(1);
        assertThat(err.toString())
                .contains(folder + ": has no weights; one of model.safetensors")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({"2GB, 2000000000", "500MiB, 524288000", "1.5kb, 1500", "7, 7", "1T, 1000000000000"})
    void sizesAreReadAsHuggingFaceDoes(String text, long bytes) {
        assertThat(new ByteSize().convert(text)).isEqualTo(bytes);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}

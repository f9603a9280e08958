package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Golden;
import dev.gatun.nn.StateDictException;
import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.optim.AdamW;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class T5FilesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"t5_v11_gated", "t5_v10_tied"})
    void aRoundTripKeepsNamesBitsAndConfiguration(String set) {
        try (Scope _ = Scope.open();
                T5 model = T5.fromPretrained(Golden.path(set))) {
            model.savePretrained(folder);
            try (T5 again = T5.fromPretrained(folder);
                    SafeTensorsFile theirs = new SafeTensorsFile(Golden.path(set + "/model.safetensors"));
                    SafeTensorsFile ours = new SafeTensorsFile(folder.resolve("model.safetensors"))) {
                assertThat(ours.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
                assertThat(ours.metadata()).containsEntry("format", "pt");
                assertThat(again.config()).isEqualTo(model.config());
                again.namedParameters().forEach((name, parameter) -> {
                    assertThat(parameter.get().equal(theirs.load(name)))
                            .as(name)
                            .isTrue();
                    assertThat(parameter.requiresGrad()).isTrue();
                });
            }
        }
    }

    /** In every type, in one file and in several, read and mapped. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 1000000000", "FLOAT32, 9000", "BFLOAT16, 9000", "FLOAT16, 9000", "FLOAT64, 20000"})
    void whatIsSavedIsLoadedToTheBit(DType dtype, long maxShardBytes) {
        Torch.manualSeed(1);
        try (Scope _ = Scope.open();
                T5 model = new T5(TestModels.config(), dtype)) {
            model.savePretrained(folder, maxShardBytes);
            assertThat(Files.exists(folder.resolve("model.safetensors"))).isEqualTo(maxShardBytes > 1_000_000);
            try (T5 read = T5.fromPretrained(folder, dtype);
                    T5 mapped = T5.mapPretrained(folder)) {
                for (T5 again : List.of(read, mapped)) {
                    Map<String, Tensor> state = again.stateDict();
                    assertThat(state.keySet()).isEqualTo(model.stateDict().keySet());
                    model.stateDict().forEach((name, tensor) -> {
                        assertThat(state.get(name).dtype()).as(name).isEqualTo(tensor.dtype());
                        assertThat(state.get(name).equal(tensor)).as(name).isTrue();
                    });
                }
            }
        }
    }

    @Test
    void optionsOfTheConfigurationMayBeChanged() {
        try (T5 model = new T5(TestModels.config())) {
            model.savePretrained(folder);
            T5Config written = T5Config.read(folder.resolve("config.json"));
            assertThat(written.dropoutRate()).isNotEqualTo(0.25);
            try (T5 read = T5.fromPretrained(folder, null, config -> config.dropout(0.25))) {
                assertThat(read.config())
                        .isEqualTo(written.toBuilder().dropout(0.25).build());
                assertThat(read.namedModules().values())
                        .filteredOn(Dropout.class::isInstance)
                        .isNotEmpty()
                        .allMatch(dropout -> ((Dropout) dropout).p() == 0.25);
            }
        }
        assertThatThrownBy(() -> T5.fromPretrained(folder, null, config -> config.dropout(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dropout_rate");
        assertThatThrownBy(() -> T5.fromPretrained(folder, null, config -> config.vocab(7)))
                .isInstanceOf(StateDictException.class);
    }

    /** Its pages become its own where they are written, and the file stays what it was. */
    @Test
    void aMappedModelTrainsAsAnyOther() throws IOException {
        try (T5 model = new T5(TestModels.config())) {
            model.savePretrained(folder);
        }
        byte[] before = Files.readAllBytes(folder.resolve("model.safetensors"));
        try (Scope _ = Scope.open();
                T5 read = T5.fromPretrained(folder);
                T5 mapped = T5.mapPretrained(folder)) {
            Tensor ids = TestModels.ids(2, 5);
            for (T5 model : List.of(read, mapped)) {
                model.eval();
                try (AdamW optimizer = new AdamW(model.parameters(), 1e-2, 0)) {
                    for (int step = 0; step < 3; step++) {
                        model.forward(T5Input.of(ids, null, ids)).loss().backward();
                        optimizer.step();
                        optimizer.zeroGrad();
                    }
                }
            }
            mapped.stateDict()
                    .forEach((name, tensor) -> assertThat(Golden.relativeError(
                                    tensor, read.stateDict().get(name)))
                            .as(name)
                            .isLessThan(1e-5));
        }
        assertThat(Files.readAllBytes(folder.resolve("model.safetensors"))).isEqualTo(before);
    }

    /** Transformers 5's rule, and what a model with two embeddings is told. */
    @Test
    void theFilesDecideWhatIsTied() {
        try (Scope _ = Scope.open();
                T5 model = T5.fromPretrained(Golden.path("t5_v10_tied"))) {
            Map<String, Tensor> state = new LinkedHashMap<>(model.stateDict());
            model.config().write(folder.resolve("config.json"));
            Path weights = folder.resolve("model.safetensors");
            state.put("lm_head.weight", state.get("shared.weight").mul(2));
            SafeTensorsWriter.write(weights, state, Map.of());
            try (T5 again = T5.fromPretrained(folder)) {
                assertThat(again.config().tieWordEmbeddings()).isFalse();
                assertThat(again.config().scaleDecoderOutputs()).isTrue();
                assertThat(again.lmHead().weight().get().equal(state.get("lm_head.weight")))
                        .isTrue();
            }
            state.remove("lm_head.weight");
            state.put("decoder.embed_tokens.weight", state.get("shared.weight").mul(2));
            SafeTensorsWriter.write(weights, state, Map.of());
            assertThatThrownBy(() -> T5.fromPretrained(folder))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("decoder.embed_tokens.weight differs from its shared.weight");
        }
    }

    @Test
    void unknownKeysOfAConfigurationAreKept() throws IOException {
        T5Config config = T5Config.read(Golden.path("t5_v11_gated/config.json"));
        assertThat(config.other())
                .containsEntry("transformers_version", "4.30.0")
                .containsKey("id2label");
        Path file = folder.resolve("config.json");
        config.write(file);
        assertThat(T5Config.read(file)).isEqualTo(config);
        assertThat(Files.readString(file)).contains("\"architectures\"").contains("\"d_ff\" : " + config.dFf());
    }

    @Test
    void tiedCopiesMayBePresent() {
        try (Scope _ = Scope.open();
                T5 model = T5.fromPretrained(Golden.path("t5_v10_tied"))) {
            Map<String, Tensor> state = new LinkedHashMap<>(model.stateDict());
            Tensor shared = state.remove("shared.weight");
            state.put("encoder.embed_tokens.weight", shared);
            state.put("lm_head.weight", shared);
            state.put("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight", shared);
            SafeTensorsWriter.write(folder.resolve("model.safetensors"), state, Map.of());
            model.config().write(folder.resolve("config.json"));
            try (T5 again = T5.fromPretrained(folder)) {
                assertThat(again.shared().weight().get().equal(shared)).isTrue();
                assertThat(again.lmHead().weight()).isSameAs(again.shared().weight());
            }
        }
    }

    @Test
    void otherTypesAreConvertedWhileLoading() {
        try (Scope _ = Scope.open();
                T5 model = T5.fromPretrained(Golden.path("t5_v11_gated"), DType.BFLOAT16)) {
            assertThat(model.parameters())
                    .allSatisfy(p -> assertThat(p.get().dtype()).isEqualTo(DType.BFLOAT16));
            model.eval();
            Tensor logits = model.forward(T5Input.of(TestModels.ids(2, 5), TestModels.mask(5, 5, 3), null)
                            .withDecoderInput(TestModels.ids(2, 3), null))
                    .logits();
            assertThat(logits.dtype()).isEqualTo(DType.BFLOAT16);
            assertThat(logits.isfinite().all().item().booleanValue()).isTrue();
        }
    }

    @Test
    void missingFilesAreNamed() throws IOException {
        assertThatThrownBy(() -> T5.fromPretrained(folder.resolve("nowhere")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("nowhere: is not a folder");
        assertThatThrownBy(() -> T5.fromPretrained(folder)).hasMessageContaining("config.json: no such file");
        TestModels.config().write(folder.resolve("config.json"));
        assertThatThrownBy(() -> T5.fromPretrained(folder))
                .hasMessageContaining("has no weights; one of model.safetensors, ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[1]", "{", "", "{\"d_model\": \"wide\"}", "{\"d_model\": -4}", "{\"feed_forward_proj\": \"x\"}"
            })
    void badConfigurationsAreRefusedInOneLine(String json) throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, json);
        assertThatThrownBy(() -> T5Config.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("config.json: ");
    }

    @Test
    void weightsThatDoNotFitAreListed() {
        try (Scope _ = Scope.open();
                T5 model = TestModels.model()) {
            Map<String, Tensor> state = new LinkedHashMap<>(model.stateDict());
            state.remove("lm_head.weight");
            state.put("spare", Torch.zeros(1));
            state.put("shared.weight", Torch.zeros(3, 5));
            long before = Scope.unclosedTensors();
            assertThatThrownBy(() -> model.loadStateDict(state, true))
                    .isInstanceOf(StateDictException.class)
                    .hasMessageContaining("missing: lm_head.weight")
                    .hasMessageContaining("unexpected: spare")
                    .hasMessageContaining("shared.weight (shape: expected [40, 32], got [3, 5])");
            assertThat(Scope.unclosedTensors()).isEqualTo(before);
        }
    }
}

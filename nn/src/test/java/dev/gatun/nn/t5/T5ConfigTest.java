package dev.gatun.nn.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.TensorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class T5ConfigTest {
    @TempDir
    Path folder;

    private T5Config read(String json) throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, json);
        return T5Config.read(file);
    }

    /** Parameters by Hugging Face's models of these sizes, tied for v1.0. */
    @ParameterizedTest
    @CsvSource({
        "t5-small, 60506624",
        "t5-base, 222903552",
        "t5-large, 737668096",
        "t5-3b, 2851598336",
        "t5-11b, 11307321344",
        "t5-v1_1-small, 76961152",
        "t5-base-lm-adapt, 247577856",
        "flan-t5-large, 783150080",
        "t5-v1_1-xl, 2849757184",
        "flan-t5-xxl, 11135332352",
        "mt5-small, 300176768",
        "mt5-base, 582401280",
        "mt5-large, 1229581312",
        "mt5-xl, 3742619648",
        "mt5-xxl, 12921057280",
    })
    void publishedSizes(String name, long parameters) {
        try (T5 model = new T5(T5Config.preset(name), TensorOptions.of(DType.FLOAT32, Device.META))) {
            assertThat(model.numParameters()).isEqualTo(parameters);
        }
    }

    @Test
    void presetsAreListed() {
        assertThat(T5Config.presets()).hasSize(25).contains("t5-11b", "t5-xxl-lm-adapt", "mt5-small");
        assertThatThrownBy(() -> T5Config.preset("t6"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no T5 called 't6'; known are t5-small, ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // What transformers 4 and 5 write, what they tie and what they scale.
                "{}|t5|true|true",
                "{\"tie_word_embeddings\": false}|t5|false|false",
                "{\"tie_word_embeddings\": true, \"scale_decoder_outputs\": false}|t5|true|false",
                "{\"tie_word_embeddings\": false, \"scale_decoder_outputs\": true}|t5|false|true",
                "{\"model_type\": \"mt5\"}|mt5|true|false",
                "{\"model_type\": \"mt5\", \"tie_word_embeddings\": false}|mt5|false|false",
            })
    void whatIsTiedAndScaled(String json, String type, boolean tied, boolean scaled) throws IOException {
        T5Config config = read(json);
        assertThat(config.modelType()).isEqualTo(type);
        assertThat(config.tieWordEmbeddings()).isEqualTo(tied);
        assertThat(config.scaleDecoderOutputs()).isEqualTo(scaled);
        Path again = folder.resolve("again.json");
        config.write(again);
        // Hugging Face wants two more keys, which are then kept like all that mean nothing here.
        T5Config written = T5Config.read(again);
        assertThat(written.other()).containsOnlyKeys("architectures", "is_encoder_decoder");
        assertThat(written.toBuilder().other(config.other()).build()).isEqualTo(config);
    }

    @Test
    void othersNamesNullsListsAndPythonsNumbersAreRead() throws IOException {
        T5Config config = read("""
                {"hidden_size": 64, "head_dim": 16, "num_attention_heads": 4, "num_hidden_layers": 3, "d_ff": 128.0,
                 "num_decoder_layers": null, "eos_token_id": [5, 6], "pad_token_id": 2, "dropout_rate": 0,
                 "feed_forward_proj": "gated-silu", "is_gated_act": true, "dense_act_fn": "silu", "torch_dtype": "float16",
                 "task_specific_params": null, "something": NaN}
                """);
        assertThat(config.dModel()).isEqualTo(64);
        assertThat(config.innerDim()).isEqualTo(64);
        assertThat(config.dFf()).isEqualTo(128);
        assertThat(config.numDecoderLayers()).isEqualTo(3);
        assertThat(config.eosTokenId()).isEqualTo(5);
        assertThat(config.decoderStartTokenId()).as("as the padding").isEqualTo(2);
        assertThat(config.isGated()).isTrue();
        assertThat(config.other()).containsOnlyKeys("task_specific_params", "something");
    }

    @Test
    void anMt5sDefaultsAreItsOwn() throws IOException {
        assertThat(read("{\"model_type\": \"mt5\"}"))
                .isEqualTo(T5Config.preset("mt5-small").toBuilder()
                        .tieWordEmbeddings(true)
                        .build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"model_type\": \"umt5\"}|model_type 'umt5' is not a T5",
                "{\"model_type\": \"bert\"}|model_type 'bert' is not a T5",
                "{\"quantization_config\": {}}|quantized weights",
                "{\"d_model\": 1.5}|d_model is 1.5, but should be a whole number",
                "{\"vocab_size\": 99999999999}|should be a whole number below 2^31",
                "{\"dropout_rate\": NaN}|dropout_rate lies in [0, 1]",
                "{\"d_model\": \"wide\"}|d_model is wide",
                "{\"tie_word_embeddings\": 1}|should be of type Boolean",
            })
    void otherModelsAndNonsenseAreRefused(String json, String message) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }
}

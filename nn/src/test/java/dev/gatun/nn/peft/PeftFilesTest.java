package dev.gatun.nn.peft;

import static dev.gatun.nn.peft.SmallT5.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.Init;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.StateDictException;
import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.t5.PrefixBias;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PEFT's folders without PEFT: round trips to the bit, and what is refused. */
class PeftFilesTest {
    @TempDir
    Path folder;

    @Test
    void aLoraComesBackToTheBit() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(1, DType.FLOAT32)) {
            T5Input input = SmallT5.input(2);
            float[] logits;
            LoraConfig config =
                    LoraConfig.of(3, 4.5).withDropout(0.25).withRankStabilized().withTargets(TargetModules.named("v"));
            try (Lora lora = Lora.attach(model, config)) {
                lora.parameters().forEach(parameter -> Init.normal_(parameter, 1));
                logits = model.forward(input).logits().toFloatArray();
                lora.save(folder);
            }
            try (SafeTensorsFile file = new SafeTensorsFile(folder.resolve("adapter_model.safetensors"))) {
                assertThat(file.names())
                        .contains("base_model.model.encoder.block.0.layer.0.SelfAttention.v.lora_A.weight");
            }
            try (Lora lora = Lora.load(model, folder)) {
                assertThat(lora.config()).isEqualTo(config);
                assertThat(model.forward(input).logits().toFloatArray()).isEqualTo(logits);
            }
        }
    }

    @Test
    void aPrefixComesBackToTheBit() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT32)) {
            T5Input input = SmallT5.input(2);
            float[] logits;
            try (PrefixTuning tuning = PrefixTuning.of(model, PrefixConfig.peft(3))) {
                logits = model.forward(tuning.on(input)).logits().toFloatArray();
                tuning.save(folder);
            }
            try (PrefixTuning tuning = PrefixTuning.load(model, folder)) {
                assertThat(model.forward(tuning.on(input)).logits().toFloatArray())
                        .isEqualTo(logits);
            }
        }
    }

    /** PEFT would compute something else from them. */
    @Test
    void prefixesThatPeftDoesNotKnowAreNotWritten() {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT32)) {
            PrefixConfig plain = PrefixConfig.of(3);
            refused(model, plain, "the encoder too");
            refused(model, plain.in(false, true), "position bias 0");
            PrefixConfig positions = plain.in(false, true).withBias(PrefixBias.POSITIONS);
            refused(model, positions, "layers 0 and 1");
            try (PrefixTuning equal = PrefixTuning.of(model, positions)) {
                Parameter all = equal.parameters().getFirst();
                Tensor first = all.get().detach().narrow(1, 0, 64);
                all.copy_(dev.gatun.torch.Torch.cat(new Tensor[] {first, first}, 1));
                T5Input input = SmallT5.input(2);
                Tensor logits = model.forward(equal.on(input)).logits();
                equal.save(folder);
                try (PrefixTuning back = PrefixTuning.load(model, folder)) {
                    assertThat(difference(model.forward(back.on(input)).logits(), logits))
                            .isZero();
                }
            }
        }
    }

    private void refused(T5 model, PrefixConfig config, String why) {
        try (PrefixTuning tuning = PrefixTuning.of(model, config)) {
            assertThatThrownBy(() -> tuning.save(folder.resolve("none")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(why);
            assertThat(folder.resolve("none")).doesNotExist();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"use_rslora\" : false | \"use_rslora\" : false, \"use_dora\" : true | use_dora = true",
                "\"bias\" : \"none\" | \"bias\" : \"all\" | biases",
                "\"r\" : 3 | \"r\" : \"three\" | should be of type Integer",
                "\"r\" : 3 | \"rank_pattern\" : {\"q\" : 4} | rank_pattern = {q=4}",
                "\"r\" : 3 | \"r\" : 3, \"init_lora_weights\" : \"pissa\" | drawn by pissa",
                "\"target_modules\" : [ \"q\", \"v\" ] | \"target_modules\" : null | target_modules is []",
                "\"peft_type\" : \"LORA\" | \"peft_type\" : \"IA3\" | peft_type is IA3",
                "{ | [ | not a JSON object"
            })
    void configurationsThatAskForMoreAreRefusedByName(String from, String to, String message) throws IOException {
        try (T5 model = SmallT5.model(1, DType.FLOAT32)) {
            try (Lora lora = Lora.attach(model, LoraConfig.of(3, 3))) {
                lora.save(folder);
            }
            Path file = folder.resolve("adapter_config.json");
            String text = Files.readString(file);
            assertThat(text).contains(from.strip());
            Files.writeString(file, text.replace(from.strip(), to.strip()));
            assertThatThrownBy(() -> Lora.load(model, folder))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("adapter_config.json")
                    .hasMessageContaining(message.strip());
        }
    }

    @Test
    void aLoraForAnotherModelLeavesThisOneAlone() {
        try (Scope _ = Scope.open();
                T5 one = SmallT5.model(1, DType.FLOAT32);
                T5 two = SmallT5.model(2, DType.FLOAT32)) {
            try (Lora lora = Lora.attach(one, LoraConfig.of(3, 3))) {
                lora.save(folder);
            }
            long before = Scope.unclosedTensors();
            assertThatThrownBy(() -> Lora.load(two, folder))
                    .isInstanceOf(StateDictException.class)
                    .hasMessageContaining("missing: encoder.block.1");
            assertThat(Scope.unclosedTensors()).isEqualTo(before);
            assertThat(two.numTrainableParameters()).isEqualTo(two.numParameters());
            Lora.attach(two, LoraConfig.of(1, 1)).close();
        }
    }

    @Test
    void aPrefixForAnotherModelIsRefused() throws IOException {
        try (T5 one = SmallT5.model(1, DType.FLOAT32);
                T5 two = SmallT5.model(2, DType.FLOAT32)) {
            try (PrefixTuning tuning = PrefixTuning.of(one, PrefixConfig.peft(3))) {
                tuning.save(folder);
            }
            assertThatThrownBy(() -> PrefixTuning.load(two, folder))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("num_layers is 1, but for this T5 it is 2");
            assertThatThrownBy(() -> Lora.load(one, folder)).hasMessageContaining("PREFIX_TUNING, not LORA");
            Files.delete(folder.resolve("adapter_model.safetensors"));
            Files.writeString(folder.resolve("adapter_model.bin"), "");
            assertThatThrownBy(() -> PrefixTuning.load(one, folder)).hasMessageContaining("adapter_model.bin only");
        }
    }
}

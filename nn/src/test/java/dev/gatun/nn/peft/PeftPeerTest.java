package dev.gatun.nn.peft;

import static dev.gatun.nn.peft.SmallT5.difference;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Init;
import dev.gatun.nn.PythonPeer;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.nn.t5.PrefixBias;
import dev.gatun.nn.t5.T5;
import dev.gatun.nn.t5.T5Input;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that go to PEFT and come from it: the same logits on either side. */
class PeftPeerTest {
    private static final String COMMON = """
            import sys, torch
            from safetensors.torch import load_file, save_file
            from transformers import T5ForConditionalGeneration
            # PEFT asks for a method that newer releases of transformers have renamed, and never calls it here.
            if not hasattr(T5ForConditionalGeneration, "_prepare_encoder_decoder_kwargs_for_generation"):
                T5ForConditionalGeneration._prepare_encoder_decoder_kwargs_for_generation = None
            from peft import LoraConfig, PeftModel, PrefixTuningConfig, get_peft_model
            base, adapter, io, out = sys.argv[1:5]
            torch.manual_seed(0)
            model = T5ForConditionalGeneration.from_pretrained(base)
            given = load_file(io)
            def finish(peft):
                peft.eval()
                with torch.no_grad():
                    result = peft(input_ids=given["ids"], labels=given["labels"])
                save_file({"logits": result.logits.contiguous()}, out)
            """;

    private static final String LOAD = COMMON + "finish(PeftModel.from_pretrained(model, adapter))\n";

    private static final String MAKE = COMMON + """
            peft = get_peft_model(model, eval(sys.argv[5]))
            for name, parameter in peft.named_parameters():
                if parameter.requires_grad:
                    torch.nn.init.normal_(parameter, std=0.3)
            peft.save_pretrained(adapter)
            finish(peft)
            """;

    @TempDir
    Path folder;

    private T5Input save(T5 model) {
        T5Input input = SmallT5.input(3);
        model.savePretrained(folder.resolve("base"));
        Map<String, Tensor> tensors = Map.of("ids", input.inputIds(), "labels", input.labels());
        SafeTensorsWriter.write(folder.resolve("io.safetensors"), tensors, Map.of());
        return input;
    }

    /** The logits that PEFT found. */
    private Tensor peer(String script, String... more) {
        Object[] arguments = new Object[4 + more.length];
        arguments[0] = folder.resolve("base");
        arguments[1] = folder.resolve("adapter");
        arguments[2] = folder.resolve("io.safetensors");
        arguments[3] = folder.resolve("out.safetensors");
        System.arraycopy(more, 0, arguments, 4, more.length);
        PythonPeer.run(script, arguments);
        try (SafeTensorsFile out = new SafeTensorsFile(folder.resolve("out.safetensors"))) {
            return out.load("logits");
        }
    }

    @ParameterizedTest
    @CsvSource({"false,''", "true,''", "false,.*SelfAttention.(q|o)"})
    void peftReadsOurLora(boolean rankStabilized, String regex) {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT32)) {
            LoraConfig config = LoraConfig.of(3, 5).withDropout(0.1);
            config = rankStabilized ? config.withRankStabilized() : config;
            config = regex.isEmpty() ? config : config.withTargets(TargetModules.matching(regex));
            T5Input input = save(model);
            try (Lora lora = Lora.attach(model, config)) {
                lora.parameters().forEach(parameter -> Init.normal_(parameter, 0.3));
                Tensor ours = model.forward(input).logits();
                lora.save(folder.resolve("adapter"));
                assertThat(difference(peer(LOAD), ours)).isLessThan(5e-6);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LoraConfig(task_type='SEQ_2_SEQ_LM', r=4, lora_alpha=16, lora_dropout=0.1)",
                "LoraConfig(r=3, lora_alpha=4, use_rslora=True, target_modules=['k', 'wi_1', 'SelfAttention.o'])",
                "LoraConfig(r=2, target_modules=r'.*decoder.*\\.wo')"
            })
    void weReadPeftsLora(String made) {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(2, DType.FLOAT32)) {
            T5Input input = save(model);
            Tensor plain = model.forward(input).logits();
            Tensor theirs = peer(MAKE, made);
            try (Lora lora = Lora.load(model, folder.resolve("adapter"))) {
                assertThat(difference(model.forward(input).logits(), theirs)).isLessThan(5e-6);
                assertThat(lora.numTrainableParameters()).isEqualTo(lora.numParameters());
                lora.merge();
                assertThat(difference(model.forward(input).logits(), theirs)).isLessThan(5e-6);
            }
            assertThat(difference(plain, theirs)).isGreaterThan(1e-3);
        }
    }

    /** Two layers, which share their prefix in PEFT, and three, which do not. */
    @ParameterizedTest
    @CsvSource({"2,0", "3,0", "3,16"})
    void peftReadsOurPrefix(int layers, long hidden) {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(layers, DType.FLOAT32);
                PrefixTuning tuning =
                        PrefixTuning.of(model, PrefixConfig.peft(4).reparameterised(hidden))) {
            T5Input input = save(model);
            Tensor ours = model.forward(tuning.on(input)).logits();
            tuning.save(folder.resolve("adapter"));
            assertThat(difference(peer(LOAD), ours)).isLessThan(5e-6);
        }
    }

    /** A prefix in our own order can be dealt out PEFT's way when the number of layers is odd. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void peftReadsAPlainPrefix(int layers) {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(layers, DType.FLOAT32);
                PrefixTuning tuning = PrefixTuning.of(
                        model, PrefixConfig.of(4).in(false, true).withBias(PrefixBias.POSITIONS))) {
            T5Input input = save(model);
            Tensor ours = model.forward(tuning.on(input)).logits();
            tuning.save(folder.resolve("adapter"));
            assertThat(difference(peer(LOAD), ours)).isLessThan(5e-6);
        }
    }

    @ParameterizedTest
    @CsvSource({"2,", "3,", "4,", "3,', prefix_projection=True, encoder_hidden_size=16'"})
    void weReadPeftsPrefix(int layers, String more) {
        try (Scope _ = Scope.open();
                T5 model = SmallT5.model(layers, DType.FLOAT32)) {
            T5Input input = save(model);
            Tensor theirs = peer(
                    MAKE,
                    "PrefixTuningConfig(task_type='SEQ_2_SEQ_LM', num_virtual_tokens=5" + (more == null ? "" : more)
                            + ")");
            try (PrefixTuning tuning = PrefixTuning.load(model, folder.resolve("adapter"))) {
                assertThat(difference(model.forward(tuning.on(input)).logits(), theirs))
                        .isLessThan(5e-6);
            }
            assertThat(difference(model.forward(input).logits(), theirs)).isGreaterThan(1e-3);
        }
    }
}

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that go to PEFT and come from it: the same logits on either side. One Python serves all cases of a test. */
class PeftPeerTest {
    /** For each folder: reads its adapter, or makes the one that make.txt describes; writes the logits. */
    private static final String SCRIPT = """
            import os, sys, torch
            from safetensors.torch import load_file, save_file
            from transformers import T5ForConditionalGeneration
            # PEFT asks for a method that newer releases of transformers have renamed, and never calls it here.
            if not hasattr(T5ForConditionalGeneration, "_prepare_encoder_decoder_kwargs_for_generation"):
                T5ForConditionalGeneration._prepare_encoder_decoder_kwargs_for_generation = None
            from peft import LoraConfig, PeftModel, PrefixTuningConfig, get_peft_model
            torch.set_num_threads(1)
            torch.manual_seed(0)
            for folder in sys.argv[1:]:
                model = T5ForConditionalGeneration.from_pretrained(folder + "/base")
                if os.path.exists(folder + "/make.txt"):
                    peft = get_peft_model(model, eval(open(folder + "/make.txt").read()))
                    for parameter in peft.parameters():
                        if parameter.requires_grad:
                            torch.nn.init.normal_(parameter, std=0.1)
                    peft.save_pretrained(folder + "/adapter")
                else:
                    peft = PeftModel.from_pretrained(model, folder + "/adapter")
                peft.eval()
                given = load_file(folder + "/io.safetensors")
                with torch.no_grad():
                    logits = peft(input_ids=given["ids"], labels=given["labels"]).logits
                save_file({"logits": logits.contiguous()}, folder + "/out.safetensors")
            """;

    @TempDir
    Path root;

    private final List<Case> cases = new ArrayList<>();

    /** A model, an input, and the logits that our side found, or null. */
    private record Case(Path folder, T5 model, T5Input input, Tensor ours) {
        Path adapter() {
            return folder.resolve("adapter");
        }

        /** The logits that PEFT found. */
        Tensor theirs() {
            try (SafeTensorsFile out = new SafeTensorsFile(folder.resolve("out.safetensors"))) {
                return out.load("logits");
            }
        }
    }

    private Path saved(T5 model, T5Input input) {
        Path folder = root.resolve("case" + cases.size());
        model.savePretrained(folder.resolve("base"));
        Map<String, Tensor> tensors = Map.of("ids", input.inputIds(), "labels", input.labels());
        SafeTensorsWriter.write(folder.resolve("io.safetensors"), tensors, Map.of());
        return folder;
    }

    private void runPeer() {
        PythonPeer.run(SCRIPT, cases.stream().map(Case::folder).toArray());
    }

    private void ourLora(LoraConfig config) {
        T5 model = SmallT5.model(2, DType.FLOAT32);
        T5Input input = SmallT5.input(3);
        Path folder = saved(model, input);
        try (Lora lora = Lora.attach(model, config)) {
            lora.parameters().forEach(parameter -> Init.normal_(parameter, 0.1));
            lora.save(folder.resolve("adapter"));
            cases.add(new Case(folder, model, input, model.forward(input).logits()));
        }
    }

    private void ourPrefix(int layers, PrefixConfig config) {
        T5 model = SmallT5.model(layers, DType.FLOAT32);
        T5Input input = SmallT5.input(3);
        Path folder = saved(model, input);
        try (PrefixTuning tuning = PrefixTuning.of(model, config)) {
            tuning.save(folder.resolve("adapter"));
            Tensor logits = model.forward(tuning.on(input)).logits();
            cases.add(new Case(folder, model, input, logits));
        }
    }

    /** A prefix in our own order can be dealt out PEFT's way when the number of layers is odd. */
    @Test
    void peftReadsOurs() {
        try (Scope _ = Scope.open()) {
            LoraConfig lora = LoraConfig.of(3, 5).withDropout(0.1);
            ourLora(lora);
            ourLora(lora.withRankStabilized());
            ourLora(lora.withTargets(TargetModules.matching(".*SelfAttention.(q|o)")));
            PrefixConfig prefix = PrefixConfig.peft(4);
            ourPrefix(2, prefix);
            ourPrefix(3, prefix);
            ourPrefix(3, prefix.reparameterised(16));
            PrefixConfig plain = PrefixConfig.of(4).in(false, true).withBias(PrefixBias.POSITIONS);
            ourPrefix(1, plain);
            ourPrefix(3, plain);
            runPeer();
            for (Case one : cases) {
                assertThat(difference(one.theirs(), one.ours()))
                        .as(one.folder().toString())
                        .isLessThan(1e-5);
                Tensor without = one.model().forward(one.input()).logits();
                assertThat(difference(without, one.ours())).isGreaterThan(1e-3);
                one.model().close();
            }
        }
    }

    private void theirs(int layers, String configuration) throws IOException {
        T5 model = SmallT5.model(layers, DType.FLOAT32);
        T5Input input = SmallT5.input(3);
        Path folder = saved(model, input);
        Files.writeString(folder.resolve("make.txt"), configuration);
        cases.add(new Case(folder, model, input, null));
    }

    @Test
    void weReadPefts() throws IOException {
        try (Scope _ = Scope.open()) {
            theirs(2, "LoraConfig(task_type='SEQ_2_SEQ_LM', r=4, lora_alpha=16, lora_dropout=0.1)");
            theirs(
                    2,
                    "LoraConfig(r=3, lora_alpha=4, use_rslora=True, target_modules=['k', 'wi_1', 'SelfAttention.o'])");
            theirs(2, "LoraConfig(r=2, target_modules=r'.*decoder.*\\.wo')");
            int loras = cases.size();
            String prefix = "PrefixTuningConfig(task_type='SEQ_2_SEQ_LM', num_virtual_tokens=5";
            theirs(2, prefix + ")");
            theirs(3, prefix + ")");
            theirs(4, prefix + ")");
            theirs(3, prefix + ", prefix_projection=True, encoder_hidden_size=16)");
            runPeer();
            for (Case one : cases.subList(0, loras)) {
                try (Lora lora = Lora.load(one.model(), one.adapter())) {
                    equal(one, one.input());
                    assertThat(lora.numTrainableParameters()).isEqualTo(lora.numParameters());
                    lora.merge();
                    equal(one, one.input());
                    lora.unmerge();
                }
            }
            for (Case one : cases.subList(loras, cases.size())) {
                try (PrefixTuning tuning = PrefixTuning.load(one.model(), one.adapter())) {
                    equal(one, tuning.on(one.input()));
                }
            }
            for (Case one : cases) {
                assertThat(difference(one.model().forward(one.input()).logits(), one.theirs()))
                        .isGreaterThan(1e-3);
                one.model().close();
            }
        }
    }

    private static void equal(Case one, T5Input input) {
        assertThat(difference(one.model().forward(input).logits(), one.theirs()))
                .as(one.folder().toString())
                .isLessThan(1e-5);
    }
}

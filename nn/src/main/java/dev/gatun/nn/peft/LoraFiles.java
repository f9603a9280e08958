package dev.gatun.nn.peft;

import dev.gatun.nn.Module;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A {@link Lora} as PEFT's folder. */
final class LoraFiles {
    private static final String TYPE = "LORA";
    /** PEFT's names are those in its model, which holds a tuner, which holds the base model. */
    private static final String PREFIX = "base_model.model.";

    private static final Set<String> UNDERSTOOD =
            Set.of("peft_type", "r", "lora_alpha", "lora_dropout", "target_modules", "use_rslora", "bias");
    /** What says where an adapter comes from, how it was drawn, or belongs to a feature that another key turns on. */
    private static final Set<String> HARMLESS = Set.of(
            "auto_mapping",
            "base_model_name_or_path",
            "ensure_weight_tying",
            "inference_mode",
            "init_lora_weights",
            "megatron_core",
            "peft_version",
            "qalora_group_size",
            "revision",
            "task_type");
    /** Ways of drawing that leave the base model's weights alone. */
    private static final Set<Object> PLAIN_DRAWING = Set.of(true, false, "gaussian", "orthogonal", "eva");

    private LoraFiles() {}

    static void save(Lora lora, Path folder) {
        LoraConfig config = lora.config();
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("peft_type", TYPE);
        keys.put("task_type", lora.base() instanceof T5 ? "SEQ_2_SEQ_LM" : null);
        keys.put("base_model_name_or_path", null);
        keys.put("inference_mode", true);
        keys.put("r", config.r());
        keys.put("lora_alpha", whole(config.alpha()));
        keys.put("lora_dropout", config.dropout());
        keys.put(
                "target_modules",
                config.targets().regex() == null
                        ? config.targets().names()
                        : config.targets().regex());
        keys.put("use_rslora", config.rankStabilized());
        keys.put("bias", "none");
        keys.put("fan_in_fan_out", false);
        keys.put("modules_to_save", null);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        lora.stateDict().forEach((name, tensor) -> tensors.put(PREFIX + name, tensor));
        PeftFolder.write(folder, keys, tensors);
    }

    /** PEFT declares alpha a whole number, and it is one but for those who know what they do. */
    private static Object whole(double alpha) {
        return alpha == Math.rint(alpha) ? (Object) (long) alpha : (Object) alpha;
    }

    static Lora load(Module base, Path path) {
        PeftFolder folder = new PeftFolder(path, TYPE);
        folder.requireNothingBut(UNDERSTOOD, HARMLESS);
        if (!"none".equals(folder.value("bias", String.class, "none"))) {
            throw folder.bad("trains biases too (bias is not \"none\")", "train the adapter without them");
        }
        Object drawn = folder.value("init_lora_weights", Object.class, true);
        if (!PLAIN_DRAWING.contains(drawn)) {
            throw folder.bad(
                    "was drawn by " + drawn + ", which changes the base model too",
                    "convert it to a plain LoRA with PEFT's path_initial_model_for_weight_conversion");
        }
        LoraConfig config = new LoraConfig(
                folder.count("r"),
                folder.value("lora_alpha", Number.class, 8).doubleValue(),
                folder.value("lora_dropout", Number.class, 0).doubleValue(),
                targets(folder),
                folder.value("use_rslora", Boolean.class, false));
        try (SafeTensorsFile tensors = folder.tensors()) {
            RenamedSource named = new RenamedSource(
                    tensors, name -> name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name);
            return Lora.attach(base, config, lora -> lora.loadStateDict(named, true));
        }
    }

    private static TargetModules targets(PeftFolder folder) {
        Object value = folder.value("target_modules", Object.class, List.of());
        if (value instanceof String regex) {
            return TargetModules.matching(regex);
        }
        if (value instanceof List<?> names && !names.isEmpty()) {
            return TargetModules.named(names.stream().map(String::valueOf).toArray(String[]::new));
        }
        throw folder.bad("target_modules is " + value, "it should be a list of names, or a regular expression");
    }
}

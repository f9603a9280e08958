package dev.gatun.nn.peft;

import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Trainable low-rank updates of a model's linear layers ({@code peft.LoraModel}), with PEFT's parameter names.
 *
 * {@snippet :
 * try (Lora lora = Lora.attach(t5, LoraConfig.of(8, 16).withDropout(0.05));
 *         AdamW adamw = new AdamW(lora.parameters(), 1e-3, 0)) {
 *     // train: t5.forward(...) has the updates in it, and t5 itself is frozen
 *     lora.save(folder);
 *     lora.merge();
 * }
 * }
 */
public final class Lora extends Attachment<LoraLayer> {
    private final Module base;
    private final LoraConfig config;

    private Lora(Module base, LoraConfig config) {
        this.base = base;
        this.config = config;
        find(base, config.targets(), Linear.class)
                .forEach((name, host) -> add(name, host, new LoraLayer(host, config)));
    }

    /**
     * Makes new updates, which change nothing yet, lays them over {@code base} and freezes all of its parameters ({@code
     * get_peft_model}). They are on their layers' devices and in their types, float32 for half-precision ones.
     *
     * @throws IllegalArgumentException if {@code config}'s targets mean no linear layer
     * @throws IllegalStateException if one of the layers has an update already
     */
    public static Lora attach(Module base, LoraConfig config) {
        return attach(base, config, _ -> {});
    }

    /** The same, with {@code fill} called on the updates before the base model is touched. */
    static Lora attach(Module base, LoraConfig config, Consumer<Lora> fill) {
        Lora lora = new Lora(base, config);
        try {
            fill.accept(lora);
            lora.attach();
        } catch (RuntimeException e) {
            lora.close();
            throw e;
        }
        base.requiresGrad_(false);
        return lora;
    }

    /** The model the updates are laid over. */
    Module base() {
        return base;
    }

    /** How it was made. */
    public LoraConfig config() {
        return config;
    }

    /** Whether the updates are in the base model's weights. */
    public boolean isMerged() {
        return layers().values().iterator().next().isMerged();
    }

    /**
     * Adds the updates to the base model's weights, so that they cost nothing any more ({@code merge_adapter}); {@link
     * #detach} or {@link #close} afterwards leaves them there ({@code merge_and_unload}). They are not trained while merged.
     * Merging twice does nothing.
     *
     * @throws IllegalStateException if one of the weights is tied to another module's, which would change with it
     */
    public void merge() {
        layers().keySet().forEach(this::requireUntied);
        layers().values().forEach(layer -> layer.merge(true));
    }

    /** Takes the updates off the weights again, which gives them back but for rounding ({@code unmerge_adapter}). */
    public void unmerge() {
        layers().values().forEach(layer -> layer.merge(false));
    }

    private void requireUntied(String name) {
        Map<String, Module> modules = base.namedModules();
        Parameter weight = ((Linear) modules.get(name)).weight();
        modules.forEach((other, module) -> {
            boolean leaf = module.namedChildren().isEmpty();
            if (leaf && !other.equals(name) && module.parameters().contains(weight)) {
                throw new IllegalStateException("the weight of '" + name + "' is tied to that of '" + other
                        + "', which merging would change as well: leave the update unmerged");
            }
        });
    }

    /**
     * Writes {@code adapter_config.json} and {@code adapter_model.safetensors} into {@code folder}, made if need be; PEFT
     * reads it ({@code save_pretrained}).
     *
     * @throws dev.gatun.nn.checkpoint.CheckpointException if the folder cannot be written
     */
    public void save(Path folder) {
        LoraFiles.save(this, folder);
    }

    /**
     * Reads a folder as PEFT writes it and lays its updates over {@code base}, as {@link #attach(Module, LoraConfig)} does
     * ({@code PeftModel.from_pretrained}); they can be trained on.
     *
     * @throws dev.gatun.nn.checkpoint.CheckpointException if a file is missing or damaged, or asks for a kind of LoRA that
     *     is not known here, by name
     * @throws dev.gatun.nn.StateDictException if the updates do not fit the model
     */
    public static Lora load(Module base, Path folder) {
        return LoraFiles.load(base, folder);
    }
}

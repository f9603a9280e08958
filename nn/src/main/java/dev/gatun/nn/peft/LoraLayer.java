package dev.gatun.nn.peft;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Init;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleUpdate;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * A trainable low-rank update of one linear layer: parameters {@code lora_A.weight} [r, in], drawn as PEFT draws it, and
 * {@code lora_B.weight} [out, r], zeros, so that a new one changes nothing.
 */
public final class LoraLayer extends Module implements ModuleUpdate {
    private final Linear host;
    private final Linear loraA;
    private final Linear loraB;
    private final Dropout dropout;
    private final double scaling;
    private boolean merged;

    LoraLayer(Linear host, LoraConfig config) {
        this.host = host;
        TensorOptions options = Attachment.optionsFor(host);
        loraA = registerModule("lora_A", new Linear(host.inFeatures(), config.r(), false, options));
        loraB = registerModule("lora_B", new Linear(Init.zeros(options, host.outFeatures(), config.r()), null));
        dropout = registerModule("dropout", new Dropout(config.dropout()));
        scaling = config.scaling();
    }

    /** The matrix A as a layer, from [in] to [r]. */
    public Linear loraA() {
        return loraA;
    }

    /** The matrix B as a layer, from [r] to [out]. */
    public Linear loraB() {
        return loraB;
    }

    /** What the layer's weight changes by: scaling · B A, [out, in], new ({@code get_delta_weight}). */
    public Tensor delta() {
        return scoped(() -> loraB.weight().get().mm(loraA.weight().get()).mul(scaling));
    }

    /** Its two matrices as they are now, for other uses; they stay this layer's. */
    public LoraUpdate update() {
        return new LoraUpdate(loraA.weight().get(), loraB.weight().get(), scaling);
    }

    @Override
    public Tensor apply(Tensor input, Tensor output) {
        if (merged) {
            return output;
        }
        try (Scope _ = Scope.open()) {
            // A model in evaluation drops nothing, whatever was last said to its LoRA.
            return update().apply(host.isTraining() ? dropout.forward(input) : input, output);
        }
    }

    boolean isMerged() {
        return merged;
    }

    /** Adds the update to the layer's weight, or takes it off again. */
    void merge(boolean into) {
        if (merged == into) {
            return;
        }
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor weight = host.weight().get();
            weight.add_(delta().to(weight.dtype()), into ? 1.0 : -1.0);
        }
        merged = into;
    }
}

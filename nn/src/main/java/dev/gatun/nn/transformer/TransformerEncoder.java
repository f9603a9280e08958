package dev.gatun.nn.transformer;

import dev.gatun.nn.LayerNorm;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleList;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/**
 * A stack of {@link TransformerEncoderLayer}s, {@code layers.0} and so on, with or without a last {@code norm} ({@code
 * torch.nn.TransformerEncoder}). PyTorch begins with the same numbers in all layers; here each draws its own.
 */
public final class TransformerEncoder extends Module {
    private final ModuleList<TransformerEncoderLayer> layers = registerModule("layers", new ModuleList<>());
    private final LayerNorm norm;

    /** {@code numLayers} layers; {@code finalNorm} adds the norm; {@code options} null means float32 on the CPU. */
    public TransformerEncoder(
            long dModel,
            long nhead,
            int numLayers,
            TransformerOptions layer,
            boolean finalNorm,
            TensorOptions options) {
        for (int i = 0; i < numLayers; i++) {
            layers.append(new TransformerEncoderLayer(dModel, nhead, layer, options));
        }
        norm = finalNorm ? registerModule("norm", TransformerEncoderLayer.norm(dModel, layer, options)) : null;
    }

    /** Drops what each layer saves for the backward pass and computes it again there. */
    @Override
    public void checkpointing(boolean on) {
        layers.forEach(each -> each.checkpointing(on));
    }

    /** {@link TransformerEncoderLayer#forward(Tensor, AttentionMasks)} of all layers in turn. */
    public Tensor forward(Tensor source, AttentionMasks masks) {
        return call(
                in -> {
                    AttentionMasks given = new AttentionMasks(in[1], in[2]);
                    Tensor at = in[0];
                    for (TransformerEncoderLayer layer : layers) {
                        at = layer.forward(at, given);
                    }
                    return new Tensor[] {norm == null ? at : norm.forward(at)};
                },
                source,
                masks.keyPadding(),
                masks.attention())[0];
    }
}

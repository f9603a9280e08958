package dev.gatun.nn.transformer;

import dev.gatun.nn.LayerNorm;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleList;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/**
 * A stack of {@link TransformerDecoderLayer}s, {@code layers.0} and so on, with or without a last {@code norm} ({@code
 * torch.nn.TransformerDecoder}). PyTorch begins with the same numbers in all layers; here each draws its own.
 */
public final class TransformerDecoder extends Module {
    private final ModuleList<TransformerDecoderLayer> layers = registerModule("layers", new ModuleList<>());
    private final LayerNorm norm;

    /** {@code numLayers} layers; {@code finalNorm} adds the norm; {@code options} null means float32 on the CPU. */
    public TransformerDecoder(
            long dModel,
            long nhead,
            int numLayers,
            TransformerOptions layer,
            boolean finalNorm,
            TensorOptions options) {
        for (int i = 0; i < numLayers; i++) {
            layers.append(new TransformerDecoderLayer(dModel, nhead, layer, options));
        }
        norm = finalNorm ? registerModule("norm", TransformerEncoderLayer.norm(dModel, layer, options)) : null;
    }

    /** Drops what each layer saves for the backward pass and computes it again there. */
    @Override
    public void checkpointing(boolean on) {
        layers.forEach(each -> each.checkpointing(on));
    }

    /** {@link TransformerDecoderLayer#forward(Tensor, Tensor, AttentionMasks, AttentionMasks)} of all layers in turn. */
    public Tensor forward(Tensor target, Tensor memory, AttentionMasks masks, AttentionMasks memoryMasks) {
        return call(
                in -> {
                    AttentionMasks own = new AttentionMasks(in[2], in[3]);
                    AttentionMasks other = new AttentionMasks(in[4], in[5]);
                    Tensor at = in[0];
                    for (TransformerDecoderLayer layer : layers) {
                        at = layer.forward(at, in[1], own, other);
                    }
                    return new Tensor[] {norm == null ? at : norm.forward(at)};
                },
                target,
                memory,
                masks.keyPadding(),
                masks.attention(),
                memoryMasks.keyPadding(),
                memoryMasks.attention())[0];
    }
}

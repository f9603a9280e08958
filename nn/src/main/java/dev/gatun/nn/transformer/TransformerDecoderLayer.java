package dev.gatun.nn.transformer;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Layer;
import dev.gatun.nn.LayerNorm;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/**
 * Self-attention, attention to an encoder and a feed-forward network, each added to its input and normed ({@code
 * torch.nn.TransformerDecoderLayer}). Legend: B
 * batch, T positions, S encoder positions, E width.
 */
public final class TransformerDecoderLayer extends Module {
    private final MultiheadAttention selfAttention;
    private final MultiheadAttention crossAttention;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final LayerNorm norm3;
    private final Dropout dropout1;
    private final Dropout dropout2;
    private final Dropout dropout3;
    private final Layer activation;
    private final boolean normFirst;

    /** A layer; {@code options} null means float32 on the CPU. */
    public TransformerDecoderLayer(long dModel, long nhead, TransformerOptions layer, TensorOptions options) {
        selfAttention = registerModule("self_attn", attention(dModel, nhead, layer, options));
        crossAttention = registerModule("multihead_attn", attention(dModel, nhead, layer, options));
        linear1 = registerModule("linear1", new Linear(dModel, layer.dimFeedforward(), layer.bias(), options));
        dropout = registerModule("dropout", new Dropout(layer.dropout()));
        linear2 = registerModule("linear2", new Linear(layer.dimFeedforward(), dModel, layer.bias(), options));
        norm1 = registerModule("norm1", norm(dModel, layer, options));
        norm2 = registerModule("norm2", norm(dModel, layer, options));
        norm3 = registerModule("norm3", norm(dModel, layer, options));
        dropout1 = registerModule("dropout1", new Dropout(layer.dropout()));
        dropout2 = registerModule("dropout2", new Dropout(layer.dropout()));
        dropout3 = registerModule("dropout3", new Dropout(layer.dropout()));
        activation = layer.activation().layer();
        normFirst = layer.normFirst();
    }

    private static MultiheadAttention attention(
            long dModel, long nhead, TransformerOptions layer, TensorOptions options) {
        return TransformerEncoderLayer.attention(dModel, nhead, layer, options);
    }

    private static LayerNorm norm(long dModel, TransformerOptions layer, TensorOptions options) {
        return TransformerEncoderLayer.norm(dModel, layer, options);
    }

    /** {@link #forward(Tensor, Tensor, AttentionMasks, AttentionMasks)} where nothing is closed. */
    public Tensor forward(Tensor target, Tensor memory) {
        return forward(target, memory, AttentionMasks.NONE, AttentionMasks.NONE);
    }

    /**
     * [T, B, E], or [B, T, E] if batch first, to the same, new.
     *
     * @param memory what the encoder returned, [S, B, E] or batch first
     * @param masks of the attention among the targets; {@link AttentionMasks#causal} hides what is still to come
     * @param memoryMasks of the attention to {@code memory}
     */
    public Tensor forward(Tensor target, Tensor memory, AttentionMasks masks, AttentionMasks memoryMasks) {
        return call(
                in -> {
                    AttentionMasks own = new AttentionMasks(in[2], in[3]);
                    AttentionMasks other = new AttentionMasks(in[4], in[5]);
                    if (normFirst) {
                        Tensor attended = in[0].add(attend(norm1.forward(in[0]), own));
                        Tensor crossed = attended.add(cross(norm2.forward(attended), in[1], other));
                        return new Tensor[] {crossed.add(feed(norm3.forward(crossed)))};
                    }
                    Tensor attended = norm1.forward(in[0].add(attend(in[0], own)));
                    Tensor crossed = norm2.forward(attended.add(cross(attended, in[1], other)));
                    return new Tensor[] {norm3.forward(crossed.add(feed(crossed)))};
                },
                target,
                memory,
                masks.keyPadding(),
                masks.attention(),
                memoryMasks.keyPadding(),
                memoryMasks.attention())[0];
    }

    private Tensor attend(Tensor x, AttentionMasks masks) {
        return dropout1.forward(selfAttention.forward(x, x, x, masks));
    }

    private Tensor cross(Tensor x, Tensor memory, AttentionMasks masks) {
        return dropout2.forward(crossAttention.forward(x, memory, memory, masks));
    }

    private Tensor feed(Tensor x) {
        Tensor wide = activation.forward(linear1.forward(x));
        return dropout3.forward(linear2.forward(dropout.forward(wide)));
    }
}

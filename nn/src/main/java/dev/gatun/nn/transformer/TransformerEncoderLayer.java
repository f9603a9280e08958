package dev.gatun.nn.transformer;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Layer;
import dev.gatun.nn.LayerNorm;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/**
 * Self-attention and a feed-forward network, each added to its input and normed ({@code torch.nn.TransformerEncoderLayer}). Legend: B
 * batch, T positions, E width.
 */
public final class TransformerEncoderLayer extends Module {
    private final MultiheadAttention selfAttention;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final Dropout dropout1;
    private final Dropout dropout2;
    private final Layer activation;
    private final boolean normFirst;

    /** A layer; {@code options} null means float32 on the CPU. */
    public TransformerEncoderLayer(long dModel, long nhead, TransformerOptions layer, TensorOptions options) {
        selfAttention = registerModule("self_attn", attention(dModel, nhead, layer, options));
        linear1 = registerModule("linear1", new Linear(dModel, layer.dimFeedforward(), layer.bias(), options));
        dropout = registerModule("dropout", new Dropout(layer.dropout()));
        linear2 = registerModule("linear2", new Linear(layer.dimFeedforward(), dModel, layer.bias(), options));
        norm1 = registerModule("norm1", norm(dModel, layer, options));
        norm2 = registerModule("norm2", norm(dModel, layer, options));
        dropout1 = registerModule("dropout1", new Dropout(layer.dropout()));
        dropout2 = registerModule("dropout2", new Dropout(layer.dropout()));
        activation = layer.activation().layer();
        normFirst = layer.normFirst();
    }

    static MultiheadAttention attention(long dModel, long nhead, TransformerOptions layer, TensorOptions options) {
        return new MultiheadAttention(
                dModel, nhead, layer.dropout(), layer.bias(), dModel, dModel, layer.batchFirst(), options);
    }

    static LayerNorm norm(long dModel, TransformerOptions layer, TensorOptions options) {
        return new LayerNorm(new long[] {dModel}, layer.layerNormEps(), true, layer.bias(), options);
    }

    /** {@link #forward(Tensor, AttentionMasks)} where nothing is closed. */
    public Tensor forward(Tensor source) {
        return forward(source, AttentionMasks.NONE);
    }

    /** [T, B, E], or [B, T, E] if batch first, to the same, new. */
    public Tensor forward(Tensor source, AttentionMasks masks) {
        return call(
                in -> {
                    AttentionMasks given = new AttentionMasks(in[1], in[2]);
                    if (normFirst) {
                        Tensor attended = in[0].add(attend(norm1.forward(in[0]), given));
                        return new Tensor[] {attended.add(feed(norm2.forward(attended)))};
                    }
                    Tensor attended = norm1.forward(in[0].add(attend(in[0], given)));
                    return new Tensor[] {norm2.forward(attended.add(feed(attended)))};
                },
                source,
                masks.keyPadding(),
                masks.attention())[0];
    }

    private Tensor attend(Tensor x, AttentionMasks masks) {
        return dropout1.forward(selfAttention.forward(x, x, x, masks));
    }

    private Tensor feed(Tensor x) {
        Tensor wide = activation.forward(linear1.forward(x));
        return dropout2.forward(linear2.forward(dropout.forward(wide)));
    }
}

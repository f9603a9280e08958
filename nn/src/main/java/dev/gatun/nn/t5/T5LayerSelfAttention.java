package dev.gatun.nn.t5;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Embedding;
import dev.gatun.nn.Module;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * Self-attention of a block ({@code transformers.T5LayerSelfAttention}): x + dropout(attention(norm x)), with an optional
 * prefix and cache. Legend: B batch, T new positions, S all positions, P prefix length, D model, H heads.
 */
final class T5LayerSelfAttention extends Module {
    private final T5Attention attention;
    private final T5LayerNorm layerNorm;
    private final Dropout dropout;

    T5LayerSelfAttention(T5Config config, boolean relativeBias, TensorOptions options) {
        attention = registerModule("SelfAttention", new T5Attention(config, relativeBias, options));
        layerNorm = registerModule("layer_norm", new T5LayerNorm(config, options));
        dropout = registerModule("dropout", new Dropout(config.dropoutRate()));
    }

    Embedding relativeAttentionBias() {
        return attention.relativeAttentionBias();
    }

    /**
     * [B, T, D] to [B, T, D], new.
     *
     * @param layer this layer's number in its stack
     * @param call the stack's call
     */
    Tensor forward(Tensor hidden, int layer, StackCall call) {
        List<Tensor> asked = call.attentions();
        List<Tensor> weights = asked == null ? null : new ArrayList<>();
        Tensor[] results = call(
                in -> {
                    Tensor out = run(in[0], layer, call, weights);
                    return weights == null ? new Tensor[] {out} : new Tensor[] {out, weights.getFirst()};
                },
                hidden);
        if (asked != null) {
            asked.add(results[1]);
        }
        return results[0];
    }

    /** {@code weights} gets the attention weights, if it is not null. */
    private Tensor run(Tensor hidden, int layer, StackCall call, List<Tensor> weights) {
        Tensor normed = layerNorm.forward(hidden);
        KeyValue pair = withPrefix(attention.project(normed, call.updates()), layer, call, hidden.size(0));
        return Residual.add(
                dropout.forward(attention.forward(normed, pair, call.selfBias(), weights, call.updates())), hidden);
    }

    private KeyValue withPrefix(KeyValue fresh, int layer, StackCall call, long batch) {
        T5Cache cache = call.cache();
        boolean first = cache == null || cache.length() == 0;
        KeyValue prefix = call.prefix() == null || !first
                ? null
                : attention.prefix(call.prefix().layers().get(layer), batch);
        if (cache != null) {
            return cache.append(layer, fresh, prefix);
        }
        return prefix == null ? fresh : prefix.followedBy(fresh);
    }
}

package dev.gatun.nn.t5;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Module;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/**
 * A decoder block's attention to the encoder ({@code transformers.T5LayerCrossAttention}): x + dropout(attention(norm x)).
 * It has no position bias, and a prefix only if one is given for it. The encoder states may have fewer rows than the input, one for each B / G of them.
 * Legend: G encoder rows, B batch, T positions, S source length, D model, H heads.
 */
final class T5LayerCrossAttention extends Module {
    private final T5Attention attention;
    private final T5LayerNorm layerNorm;
    private final Dropout dropout;

    T5LayerCrossAttention(T5Config config, TensorOptions options) {
        attention = registerModule("EncDecAttention", new T5Attention(config, false, options));
        layerNorm = registerModule("layer_norm", new T5LayerNorm(config, options));
        dropout = registerModule("dropout", new Dropout(config.dropoutRate()));
    }

    /** [B, T, D] to [B, T, D], new; {@code layer} is this layer's number in its stack. */
    Tensor forward(Tensor hidden, int layer, StackCall call) {
        return call(in -> new Tensor[] {run(in[0], layer, call)}, hidden)[0];
    }

    private Tensor run(Tensor hidden, int layer, StackCall call) {
        KeyValue pair = keysAndValues(layer, call);
        Tensor normed = layerNorm.forward(hidden);
        return Residual.add(
                dropout.forward(attention.forward(normed, pair, call.crossBias(), null, call.updates())), hidden);
    }

    private KeyValue keysAndValues(int layer, StackCall call) {
        T5Cache cache = call.cache();
        KeyValue kept = cache == null ? null : cache.cross(layer);
        if (kept != null) {
            return kept;
        }
        KeyValue fresh = attention.project(call.encoder().states(), call.updates());
        boolean prefixed = call.prefix() != null && !call.prefix().cross().isEmpty();
        KeyValue prefix = prefixed
                ? attention.prefix(call.prefix().cross().get(layer), fresh.key().size(0))
                : null;
        if (cache != null) {
            return cache.keepCross(fresh, prefix);
        }
        return prefix == null ? fresh : prefix.followedBy(fresh);
    }
}

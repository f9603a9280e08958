package dev.gatun.nn.t5;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Embedding;
import dev.gatun.nn.Init;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleUpdates;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.Arrays;
import java.util.List;

/**
 * T5's multi-head attention ({@code transformers.T5Attention}): no biases in the projections, logits not divided by √K.
 * Legend: B batch, T queries, S keys (a prefix included), D model, H heads, K d_kv.
 */
final class T5Attention extends Module {
    private final Linear q;
    private final Linear k;
    private final Linear v;
    private final Linear o;
    private final Embedding relativeAttentionBias;
    private final Dropout dropout;
    private final long heads;
    private final long headDim;

    /** {@code relativeBias}: whether this layer carries the stack's table of position biases. */
    T5Attention(T5Config config, boolean relativeBias, TensorOptions options) {
        long d = config.dModel();
        long inner = config.innerDim();
        double factor = config.initializerFactor();
        double byModel = factor / Math.sqrt(d);
        heads = config.numHeads();
        headDim = config.dKv();
        // Hugging Face's _init_weights: T5 does not divide the logits by √K, so q starts that much smaller.
        q = registerModule("q", projection(factor / Math.sqrt(d * headDim), options, inner, d));
        k = registerModule("k", projection(byModel, options, inner, d));
        v = registerModule("v", projection(byModel, options, inner, d));
        o = registerModule("o", projection(factor / Math.sqrt(inner), options, d, inner));
        relativeAttentionBias = relativeBias
                ? registerModule(
                        "relative_attention_bias",
                        new Embedding(Init.normal(byModel, options, config.relativeAttentionNumBuckets(), heads)))
                : null;
        dropout = registerModule("dropout", new Dropout(config.dropoutRate()));
    }

    private static Linear projection(double std, TensorOptions options, long out, long in) {
        return new Linear(Init.normal(std, options, out, in), null);
    }

    /** The table of position biases [buckets, H], or null. */
    Embedding relativeAttentionBias() {
        return relativeAttentionBias;
    }

    /** Keys and values [B, H, S, K] of {@code states} [B, S, D]; {@code updates} or null. */
    KeyValue project(Tensor states, ModuleUpdates updates) {
        return new KeyValue(split(k.forward(states, updates)), split(v.forward(states, updates)));
    }

    /** [B, T, H·K] as [B, H, T, K], a view. */
    private Tensor split(Tensor flat) {
        return split(flat, flat.size(0));
    }

    /** The same for rows that are looked at as {@code groups} of several: [G, H, T·B/G, K]. */
    private Tensor split(Tensor flat, long groups) {
        return flat.view(groups, -1, heads, headDim).transpose(1, 2);
    }

    /** A prefix pair, [B or 1, P, D] or [B or 1, H, P, K], as [B, H, P, K], views. */
    KeyValue prefix(KeyValue pair, long batch) {
        return new KeyValue(prefix(pair.key(), batch), prefix(pair.value(), batch));
    }

    private Tensor prefix(Tensor tensor, long batch) {
        Tensor split = tensor.dim() == 3 ? split(tensor) : tensor;
        if (split.size(1) != heads || split.size(3) != headDim) {
            throw new IllegalArgumentException("a prefix for " + heads + " heads of " + headDim
                    + " has the shape [B, P, " + heads * headDim + "] or [B, " + heads + ", P, " + headDim + "], not "
                    + Arrays.toString(tensor.shape()));
        }
        return split.size(0) == batch ? split : split.expand(batch, heads, split.size(2), headDim);
    }

    /**
     * Attends from {@code hidden} [B, T, D] to {@code pair} [G, H, S, K]: [B, T, D], new. Rows that share keys and values, as
     * beams do those of the encoder, lie together, B/G for each: they are so many queries of one row, and nothing is repeated.
     *
     * <p>libtorch's fused attention never makes the logits and is 1.0 to 2.3 times faster (measured on CPU, batch 8 to 16,
     * 1 to 200 queries). It does not keep the weights; on the CPU it has no gradient for the bias and drops none of them.
     *
     * @param bias added to the logits, or null
     * @param weights where to add this layer's attention weights [B, H, T, S], or null
     * @param updates of the projections, or null
     */
    Tensor forward(Tensor hidden, KeyValue pair, AttentionBias bias, List<Tensor> weights, ModuleUpdates updates) {
        Tensor query = split(q.forward(hidden, updates), pair.key().size(0));
        Tensor context;
        if (weights == null && GpuAttention.takes(query, bias)) {
            context = GpuAttention.forward(query, pair, bias, dropout);
        } else if (weights == null && !dropout.isActive() && (bias == null || !bias.isTrained())) {
            context = fused(query, pair, bias);
        } else {
            context = explicit(query, pair, bias, weights);
        }
        return o.forward(context.transpose(1, 2).reshape(hidden.size(0), hidden.size(1), heads * headDim), updates);
    }

    private static Tensor fused(Tensor query, KeyValue pair, AttentionBias bias) {
        Tensor mask = bias == null ? null : bias.broadcast();
        return Torch.scaled_dot_product_attention(query, pair.key(), pair.value(), mask, 0.0, false, 1.0);
    }

    private Tensor explicit(Tensor query, KeyValue pair, AttentionBias bias, List<Tensor> weights) {
        long batch = query.size(0);
        long queries = query.size(2);
        long keys = pair.key().size(2);
        long rows = batch * heads;
        Tensor flatQuery = query.reshape(rows, queries, headDim);
        Tensor flatKey = pair.key().reshape(rows, keys, headDim).transpose(1, 2);
        // baddbmm adds the bias in the product's own pass; logits are the largest tensors of all, so they go at once.
        Tensor logits = bias == null ? flatQuery.bmm(flatKey) : bias.full().baddbmm(flatQuery, flatKey);
        Tensor probabilities = softmax(logits);
        logits.close();
        if (weights != null) {
            weights.add(probabilities.view(batch, heads, queries, keys));
        }
        return dropout.forward(probabilities)
                .bmm(pair.value().reshape(rows, keys, headDim))
                .view(batch, heads, queries, headDim);
    }

    /** In float32 at least, as Hugging Face does. */
    private static Tensor softmax(Tensor logits) {
        DType dtype = logits.dtype();
        return dtype == DType.FLOAT32 || dtype == DType.FLOAT64
                ? logits.softmax(-1)
                : logits.softmax(-1, DType.FLOAT32).to(dtype);
    }
}

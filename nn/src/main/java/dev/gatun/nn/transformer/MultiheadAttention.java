package dev.gatun.nn.transformer;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Init;
import dev.gatun.nn.Initializers;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * Scaled dot-product attention in several heads ({@code torch.nn.MultiheadAttention}). Parameters {@code in_proj_weight} [3E,
 * E], or {@code q_proj_weight}, {@code k_proj_weight} and {@code v_proj_weight} where keys or values have other sizes, {@code
 * in_proj_bias} [3E], {@code out_proj.weight} [E, E], {@code out_proj.bias} [E]. Legend: B batch, H heads, T queries, S keys, E
 * embedding.
 */
public final class MultiheadAttention extends Module {
    private final long embedDim;
    private final long heads;
    private final double dropout;
    private final boolean batchFirst;
    private final Parameter inProj;
    private final Parameter qProj;
    private final Parameter kProj;
    private final Parameter vProj;
    private final Parameter inBias;
    private final Linear outProj;

    /** A float32 attention with biases and without dropout on the CPU, time first. */
    public MultiheadAttention(long embedDim, long numHeads) {
        this(embedDim, numHeads, 0, true, embedDim, embedDim, false, null);
    }

    /**
     * An attention.
     *
     * @param dropout how many of the weights are dropped in training
     * @param bias whether the four projections have biases
     * @param kdim the size of the keys
     * @param vdim the size of the values
     * @param batchFirst whether tensors are [B, T, E] and not [T, B, E]
     * @param options null means float32 on the CPU
     * @throws IllegalArgumentException unless the heads divide the embedding
     */
    public MultiheadAttention(
            long embedDim,
            long numHeads,
            double dropout,
            boolean bias,
            long kdim,
            long vdim,
            boolean batchFirst,
            TensorOptions options) {
        if (numHeads < 1 || embedDim % numHeads != 0) {
            throw new IllegalArgumentException(
                    "the embedding, " + embedDim + ", must be a multiple of the heads, " + numHeads);
        }
        this.embedDim = embedDim;
        this.heads = numHeads;
        this.dropout = Dropout.probability(dropout);
        this.batchFirst = batchFirst;
        // Drawn first and registered last, as PyTorch does: the same seed gives the same numbers.
        Linear out = new Linear(embedDim, embedDim, bias, options);
        boolean same = kdim == embedDim && vdim == embedDim;
        inProj = same ? projection("in_proj_weight", options, 3 * embedDim, embedDim) : null;
        qProj = same ? null : projection("q_proj_weight", options, embedDim, embedDim);
        kProj = same ? null : projection("k_proj_weight", options, embedDim, kdim);
        vProj = same ? null : projection("v_proj_weight", options, embedDim, vdim);
        inBias = bias ? registerParameter("in_proj_bias", Init.zeros(options, 3 * embedDim)) : null;
        outProj = registerModule("out_proj", out);
        if (bias) {
            Init.constant_(out.bias(), 0);
        }
    }

    private Parameter projection(String name, TensorOptions options, long rows, long columns) {
        Parameter weight = registerParameter(name, Init.zeros(options, rows, columns));
        Initializers.xavierUniform_(weight, 1);
        return weight;
    }

    /** {@link #forward(Tensor, Tensor, Tensor, AttentionMasks)} where nothing is closed. */
    public Tensor forward(Tensor query, Tensor key, Tensor value) {
        return forward(query, key, value, AttentionMasks.NONE);
    }

    /**
     * Attends, by libtorch's fused op ({@code need_weights=False}).
     *
     * @param query [T, B, E], or [B, T, E] if batch first
     * @param key [S, B, kdim], or batch first
     * @param value [S, B, vdim], or batch first
     * @return new, shaped as {@code query}
     */
    public Tensor forward(Tensor query, Tensor key, Tensor value, AttentionMasks masks) {
        return call(
                in -> new Tensor[] {attend(in, false)[0]}, query, key, value, masks.keyPadding(), masks.attention())[0];
    }

    /** The same with the weights of all heads, in single ops: {@code average} makes [B, T, S] of [B, H, T, S]. */
    public AttentionOutput forwardWithWeights(
            Tensor query, Tensor key, Tensor value, AttentionMasks masks, boolean average) {
        Tensor[] results = call(
                in -> {
                    Tensor[] both = attend(in, true);
                    return new Tensor[] {both[0], average ? both[1].mean(new long[] {1}) : both[1]};
                },
                query,
                key,
                value,
                masks.keyPadding(),
                masks.attention());
        return new AttentionOutput(results[0], results[1]);
    }

    private Tensor[] attend(Tensor[] in, boolean weights) {
        Tensor q = split(project(in[0], 0));
        Tensor k = split(project(in[1], 1));
        Tensor v = split(project(in[2], 2));
        Tensor mask = AttentionMasks.merged(in[3], in[4], q, q.size(0), heads);
        double dropped = isTraining() ? dropout : 0;
        Tensor probabilities = null;
        Tensor context;
        if (weights) {
            Tensor logits = q.mul(1 / Math.sqrt((double) embedDim / heads)).matmul(k.transpose(-2, -1));
            probabilities = (mask == null ? logits : logits.add(mask)).softmax(-1);
            probabilities = dropped > 0 ? Torch.dropout(probabilities, dropped, true) : probabilities;
            context = probabilities.matmul(v);
        } else {
            context = Torch.scaled_dot_product_attention(q, k, v, expanded(mask, q, k), dropped);
        }
        // [B, H, T, K] to [B, T, E] or [T, B, E]
        Tensor joined = (batchFirst ? context.transpose(1, 2) : context.permute(2, 0, 1, 3)).flatten(2);
        return new Tensor[] {outProj.forward(joined), probabilities};
    }

    /** libtorch's op wants a row of the mask for every query. */
    private static Tensor expanded(Tensor mask, Tensor q, Tensor k) {
        return mask == null ? null : mask.expand(q.size(0), q.size(1), q.size(2), k.size(2));
    }

    private Tensor project(Tensor input, int which) {
        Tensor weight;
        if (inProj != null) {
            weight = inProj.get().narrow(0, which * embedDim, embedDim);
        } else {
            weight = (which == 0 ? qProj : which == 1 ? kProj : vProj).get();
        }
        return inBias == null
                ? Torch.linear(input, weight)
                : Torch.linear(input, weight, inBias.get().narrow(0, which * embedDim, embedDim));
    }

    /** [T, B, E] or [B, T, E] as [B, H, T, K], a view. */
    private Tensor split(Tensor flat) {
        Tensor parts = flat.unflatten(2, heads, embedDim / heads);
        return batchFirst ? parts.transpose(1, 2) : parts.permute(1, 2, 0, 3);
    }
}

package dev.gatun.nn.t5;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;

/**
 * What is added to the logits of one attention in every layer of a stack, during one call. Legend: B batch, H heads, T
 * queries, S keys.
 */
final class AttentionBias {
    private static final int ROW_UNIT = 8;

    private final Tensor broadcast;
    private final long batch;
    private final long heads;
    private final long queries;
    private final Scope home = Scope.current();
    private Tensor full;
    private Tensor aligned;

    /** {@code broadcast} is [B or 1, H or 1, T or 1, S]. Made in the scope that outlives all layers. */
    AttentionBias(Tensor broadcast, long batch, long heads, long queries) {
        this.broadcast = broadcast;
        this.batch = batch;
        this.heads = heads;
        this.queries = queries;
    }

    /** [B or 1, H or 1, T or 1, S]. */
    Tensor broadcast() {
        return broadcast;
    }

    /** The same of {@code other}, another handle of {@link #broadcast()}, for a block that runs again later. */
    AttentionBias of(Tensor other) {
        return new AttentionBias(other, batch, heads, queries);
    }

    /** [B·H, T, S], repeated in memory where need be: made for the first layer that asks, and kept for the others. */
    Tensor full() {
        if (full == null) {
            long keys = broadcast.size(3);
            full = broadcast
                    .expand(batch, heads, queries, keys)
                    .reshape(batch * heads, queries, keys)
                    .moveTo(home);
        }
        return full;
    }

    /**
     * [B or 1, H or 1, T or 1, S] of {@code dtype}, in rows of a multiple of eight numbers, as a GPU's fused attention reads it:
     * made for the first layer that asks. Otherwise libtorch would make such a copy in each layer where P + S is no such multiple.
     */
    Tensor aligned(DType dtype) {
        if (aligned == null || aligned.dtype() != dtype) {
            long keys = broadcast.size(3);
            long missing = Math.ceilDiv(keys, (long) ROW_UNIT) * ROW_UNIT - keys;
            aligned = broadcast
                    .to(dtype)
                    .constant_pad_nd(new long[] {0, missing}, 0)
                    .narrow(3, 0, keys)
                    .moveTo(home);
        }
        return aligned;
    }

    /** Whether a gradient must flow into it: the table of position biases is being trained. */
    boolean isTrained() {
        return broadcast.requiresGrad();
    }
}

package dev.gatun.nn.t5;

import dev.gatun.nn.Embedding;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/**
 * What a stack adds to its self-attention logits: relative position bias and mask, computed once for all layers. Legend:
 * B batch, T positions, S positions with those in the cache, P prefix length, H heads.
 */
final class SelfAttentionBias {
    private final T5Config config;
    private final Embedding table;
    private final boolean decoder;

    SelfAttentionBias(T5Config config, Embedding table, boolean decoder) {
        this.config = config;
        this.table = table;
        this.decoder = decoder;
    }

    /** [1, H, queries, keys]; the first query is at position {@code offset}. */
    Tensor position(int queries, int keys, int offset) {
        int[] buckets = RelativePositions.buckets(
                queries,
                keys,
                offset,
                !decoder,
                config.relativeAttentionNumBuckets(),
                config.relativeAttentionMaxDistance());
        Device device = table.weight().get().device();
        Tensor onHost = Tensor.of(buckets, queries, keys);
        Tensor indices = device.equals(Device.CPU) ? onHost : onHost.to(device, DType.INT32);
        return table.forward(indices).permute(2, 0, 1).unsqueeze(0);
    }

    /** Bias and mask of one call, for P + S keys. */
    AttentionBias forCall(Tensor hidden, StackInput input) {
        int batch = (int) hidden.size(0);
        int queries = (int) hidden.size(1);
        T5Cache cache = input.cache();
        int offset = cache == null ? 0 : cache.length();
        int keys = offset + queries;
        boolean next = queries == 1 && cache != null && keys <= cache.capacity();
        Tensor bias = next ? ofNextToken(cache) : position(queries, keys, offset);
        Tensor mask = mask(input.attentionMask(), queries, keys, hidden);
        if (mask != null) {
            bias = bias.add(mask);
        }
        return new AttentionBias(withPrefix(bias, input, offset == 0), batch, config.numHeads(), queries);
    }

    /**
     * The biases of one query after all keys, [1, H, 1, S]: a view of those of the last position that the cache has room
     * for, since only distances count.
     */
    private Tensor ofNextToken(T5Cache cache) {
        int capacity = cache.capacity();
        Tensor all = cache.positionBias();
        if (all == null) {
            all = cache.keepPositionBias(position(1, capacity, capacity - 1).contiguous());
        }
        long keys = cache.length() + 1;
        return all.narrow(3, capacity - keys, keys);
    }

    /** Columns of 0 before the real ones, or of the most negative number where the prefix's own mask is closed. */
    private static Tensor withPrefix(Tensor bias, StackInput input, boolean first) {
        T5Prefix prefix = input.prefix();
        T5Cache cache = input.cache();
        int length = first ? (prefix == null ? 0 : prefix.length()) : cache.prefixLength();
        Tensor mask = first ? prefixMask(bias, prefix, cache) : cache.prefixMask();
        if (length == 0) {
            return bias;
        }
        if (mask == null) {
            return bias.constant_pad_nd(length, 0);
        }
        long batch = Math.max(mask.size(0), bias.size(0));
        return Torch.cat(
                new Tensor[] {
                    mask.expand(batch, bias.size(1), bias.size(2), length),
                    bias.expand(batch, bias.size(1), bias.size(2), bias.size(3))
                },
                3);
    }

    private static Tensor prefixMask(Tensor bias, T5Prefix prefix, T5Cache cache) {
        if (prefix == null || prefix.mask() == null) {
            return null;
        }
        Tensor mask = AttentionMask.fourDimensional(AttentionMask.additive(prefix.mask(), bias.dtype(), bias.device()));
        return cache == null ? mask : cache.keepPrefixMask(mask);
    }

    /** 0 or the most negative number, [B or 1, H or 1, T or 1, S]; null where everything is open. */
    private Tensor mask(Tensor given, int queries, int keys, Tensor hidden) {
        boolean ofKeys = given == null || given.dim() == 2;
        Tensor causal = decoder && ofKeys && queries > 1 ? AttentionMask.causal(queries, keys) : null;
        if (causal != null && !hidden.device().equals(Device.CPU)) {
            causal = causal.to(hidden.device(), DType.BOOL);
        }
        Tensor open = given == null ? null : AttentionMask.fourDimensional(given);
        if (causal != null) {
            Tensor byTime = AttentionMask.fourDimensional(causal);
            open = open == null ? byTime : open.ne(0).logical_and(byTime);
        }
        return open == null ? null : AttentionMask.additive(open, hidden.dtype(), hidden.device());
    }
}

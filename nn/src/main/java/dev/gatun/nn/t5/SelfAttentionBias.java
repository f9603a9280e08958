package dev.gatun.nn.t5;

import dev.gatun.nn.Embedding;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;

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
        PrefixColumns prefix = offset == 0 ? PrefixColumns.of(input.prefix(), hidden) : cache.prefixColumns();
        if (cache != null && offset == 0) {
            cache.keepPrefixColumns(prefix);
        }
        // The positions of real keys to real queries are the same under both rules.
        int counted = prefix.bias() == PrefixBias.POSITIONS ? prefix.length() : 0;
        boolean next = queries == 1 && cache != null && keys <= cache.capacity();
        Tensor whole = next ? ofNextToken(cache, counted, keys) : position(queries, counted + keys, counted + offset);
        Tensor bias = counted == 0 ? whole : whole.narrow(3, counted, keys);
        Tensor mask = mask(input.attentionMask(), queries, keys, hidden);
        if (mask != null) {
            bias = bias.add(mask);
        }
        if (prefix.length() > 0) {
            bias = prefix.before(bias, counted == 0 ? null : whole.narrow(3, 0, counted));
        }
        return new AttentionBias(bias, batch, config.numHeads(), queries);
    }

    /**
     * The biases of one query after {@code counted + keys} positions, [1, H, 1, counted + keys]: a view of those of the
     * last position that the cache has room for, since only distances count.
     */
    private Tensor ofNextToken(T5Cache cache, int counted, int keys) {
        int capacity = counted + cache.capacity();
        Tensor all = cache.positionBias();
        if (all == null) {
            all = cache.keepPositionBias(position(1, capacity, capacity - 1).contiguous());
        }
        return all.narrow(3, capacity - counted - keys, counted + keys);
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

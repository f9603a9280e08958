package dev.gatun.nn.t5;

import dev.gatun.nn.Embedding;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * What a stack adds to its self-attention logits: relative position bias and mask, computed once for all layers. Legend:
 * B batch, T positions, S positions with those in the cache, P prefix length, H heads.
 */
final class SelfAttentionBias {
    private final T5Config config;
    private final Embedding table;
    private final boolean decoder;
    private final DistanceBuckets buckets;

    SelfAttentionBias(T5Config config, Embedding table, boolean decoder) {
        this.config = config;
        this.table = table;
        this.decoder = decoder;
        this.buckets = new DistanceBuckets(config, !decoder);
        Device device = table.weight().get().device();
        if (!device.equals(Device.META)) {
            buckets.on(device); // now, so that no pass leaves a tensor behind
        }
    }

    /**
     * [1, H, queries, keys]; the first query is at position {@code offset}. The biases of each distance are looked up once, and
     * laid out for each pair on the table's device: nothing comes from the host.
     */
    Tensor position(int queries, int keys, int offset) {
        Device device = table.weight().get().device();
        TensorOptions whole = TensorOptions.of(DType.INT64, device);
        long furthest = buckets.furthest();
        Tensor distances = Torch.arange(-(offset + queries - 1L), (long) keys - offset, whole)
                .clamp_(-furthest, furthest)
                .add_(furthest);
        Tensor byDistance = table.forward(buckets.on(device).index_select(0, distances));
        // Windows of K distances, of which the last one is the first query's.
        Tensor windows = byDistance.t().contiguous().unfold(1, keys, 1);
        return windows.flip(1).contiguous().unsqueeze(0);
    }

    /** Frees the buckets. */
    void close() {
        buckets.close();
    }

    /** Bias and mask of one call, for P + S keys. */
    AttentionBias forCall(Tensor hidden, StackInput input) {
        int batch = (int) hidden.size(0);
        int queries = (int) hidden.size(1);
        T5Cache cache = input.cache();
        if (cache != null && cache.isFixed()) {
            return new AttentionBias(ofPlace(hidden, input), batch, config.numHeads(), queries);
        }
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

    /**
     * What the one query of a fixed cache sees, [B or 1, H, 1, P + N] for N positions in all: a row of all queries' biases and
     * causality, which the first call lays out; which one, the device knows.
     */
    private Tensor ofPlace(Tensor hidden, StackInput input) {
        T5Cache cache = input.cache();
        if (cache.length() == 0) {
            int positions = cache.capacity();
            PrefixColumns prefix = PrefixColumns.of(input.prefix(), hidden);
            int counted = prefix.bias() == PrefixBias.POSITIONS ? prefix.length() : 0;
            Tensor whole = position(positions, counted + positions, counted);
            Tensor causal = AttentionMask.fourDimensional(AttentionMask.causal(positions, positions, hidden.device()));
            Tensor bias = (counted == 0 ? whole : whole.narrow(3, counted, positions))
                    .add(AttentionMask.additive(causal, hidden.dtype(), hidden.device()));
            cache.keepPositionBias(
                    prefix.length() == 0
                            ? bias
                            : prefix.before(bias, counted == 0 ? null : whole.narrow(3, 0, counted)));
        }
        return cache.positionBias().index_select(2, cache.place());
    }

    /** 0 or the most negative number, [B or 1, H or 1, T or 1, S]; null where everything is open. */
    private Tensor mask(Tensor given, int queries, int keys, Tensor hidden) {
        boolean ofKeys = given == null || given.dim() == 2;
        Tensor causal = decoder && ofKeys && queries > 1 ? AttentionMask.causal(queries, keys, hidden.device()) : null;
        Tensor open = given == null ? null : AttentionMask.fourDimensional(given);
        if (causal != null) {
            Tensor byTime = AttentionMask.fourDimensional(causal);
            open = open == null ? byTime : open.ne(0).logical_and(byTime);
        }
        return open == null ? null : AttentionMask.additive(open, hidden.dtype(), hidden.device());
    }
}

package dev.gatun.nn.t5;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/**
 * T5's bucket of every distance from a key to a query, as a tensor that stays where it is used. The host computes them, as a
 * device's logarithm may round to the other side of a bucket's edge.
 */
final class DistanceBuckets implements AutoCloseable {
    private final T5Config config;
    private final boolean bidirectional;
    private Tensor kept;

    DistanceBuckets(T5Config config, boolean bidirectional) {
        this.config = config;
        this.bidirectional = bidirectional;
    }

    /** M, from which distance on all are in the last bucket. */
    int furthest() {
        return Math.max(config.relativeAttentionMaxDistance(), config.relativeAttentionNumBuckets());
    }

    /** The buckets of the distances -M to M, int64 [2M + 1]; copied there when a device asks for the first time. */
    synchronized Tensor on(Device device) {
        if (kept == null || kept.isClosed() || !kept.device().equals(device)) {
            close();
            long[] values = new long[2 * furthest() + 1];
            for (int i = 0; i < values.length; i++) {
                values[i] = RelativePositions.bucket(
                        i - furthest(),
                        bidirectional,
                        config.relativeAttentionNumBuckets(),
                        config.relativeAttentionMaxDistance());
            }
            try (Tensor onHost = Tensor.of(values)) {
                kept = onHost.to(TensorOptions.of(DType.INT64, device), false, true)
                        .unscoped();
            }
        }
        return kept;
    }

    @Override
    public synchronized void close() {
        if (kept != null) {
            kept.close();
            kept = null;
        }
    }
}

package dev.gatun.nn.t5;

/** T5's buckets of relative positions: exact near zero, logarithmic further away ({@code _relative_position_bucket}). */
public final class RelativePositions {
    private RelativePositions() {}

    /**
     * The bucket of one relative position.
     *
     * @param relative key position minus query position
     * @param bidirectional whether later keys have buckets of their own (encoder); otherwise all of them share bucket 0
     */
    public static int bucket(int relative, boolean bidirectional, int numBuckets, int maxDistance) {
        int base = 0;
        int distance = Math.max(-relative, 0);
        if (bidirectional) {
            numBuckets /= 2;
            base = relative > 0 ? numBuckets : 0;
            distance = Math.abs(relative);
        }
        int maxExact = numBuckets / 2;
        if (distance < maxExact) {
            return base + distance;
        }
        // In float32 and in this order, as PyTorch computes it: at a bucket's edge the rounding decides.
        float steps = (float) Math.log((float) distance / maxExact);
        float scaled = steps / (float) Math.log((double) maxDistance / maxExact) * (numBuckets - maxExact);
        return base + Math.min(maxExact + (int) scaled, numBuckets - 1);
    }

    /**
     * The buckets of queries {@code offset} .. {@code offset + queries - 1} against keys 0 .. {@code keys - 1},
     * [queries, keys] row-major. A logarithm is taken once for each distance, not for each pair.
     */
    public static int[] buckets(
            int queries, int keys, int offset, boolean bidirectional, int numBuckets, int maxDistance) {
        int smallest = -(offset + queries - 1);
        int[] byRelative = new int[Math.max(0, keys - smallest)];
        for (int i = 0; i < byRelative.length; i++) {
            byRelative[i] = bucket(smallest + i, bidirectional, numBuckets, maxDistance);
        }
        int[] buckets = new int[queries * keys];
        for (int query = 0; query < queries; query++) {
            System.arraycopy(byRelative, queries - 1 - query, buckets, query * keys, keys);
        }
        return buckets;
    }
}

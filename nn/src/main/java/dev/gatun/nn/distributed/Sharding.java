package dev.gatun.nn.distributed;

/**
 * How buckets are divided among the ranks.
 *
 * @param stage 1: a rank's part tells which parameters it steps; 2: of the gradients it keeps that part only
 * @param unit parts of a parameter begin on multiples of so many elements; 0: parameters are not cut
 */
record Sharding(int stage, long unit, int rank, int size) {
    /** So many elements at least, so that vectorised kernels treat each as they do in the whole parameter. */
    private static final long LEAST_UNIT = 256;

    static Sharding of(int stage, long unit, int rank, int size) {
        long rounded = unit == 0 ? 0 : unit * Math.ceilDiv(LEAST_UNIT, unit);
        return new Sharding(stage, rounded, rank, size);
    }

    /** Whether the ranks' parts of a bucket are of one size. */
    boolean isEven() {
        return unit > 0;
    }

    boolean keepsPartOfGradients() {
        return stage == 2;
    }
}

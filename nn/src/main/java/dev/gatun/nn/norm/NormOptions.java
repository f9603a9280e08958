package dev.gatun.nn.norm;

/**
 * What batch and instance norms may be told besides their channels.
 *
 * @param eps added to the variance, default 1e-5
 * @param momentum how far a batch moves the running statistics, default 0.1; null makes them the mean over all batches
 * @param affine whether there are a weight and a bias; default true for batch norms, false for instance norms
 * @param trackRunningStats whether statistics are kept for evaluation; defaults likewise
 */
public record NormOptions(double eps, Double momentum, boolean affine, boolean trackRunningStats) {
    /** {@code torch.nn.BatchNorm}'s defaults. */
    public static final NormOptions BATCH = new NormOptions(1e-5, 0.1, true, true);

    /** {@code torch.nn.InstanceNorm}'s defaults. */
    public static final NormOptions INSTANCE = new NormOptions(1e-5, 0.1, false, false);

    /** With this eps. */
    public NormOptions withEps(double eps) {
        return new NormOptions(eps, momentum, affine, trackRunningStats);
    }

    /** With this momentum, or null. */
    public NormOptions withMomentum(Double momentum) {
        return new NormOptions(eps, momentum, affine, trackRunningStats);
    }

    /** With or without weight and bias. */
    public NormOptions withAffine(boolean affine) {
        return new NormOptions(eps, momentum, affine, trackRunningStats);
    }

    /** With or without running statistics. */
    public NormOptions withTrackRunningStats(boolean trackRunningStats) {
        return new NormOptions(eps, momentum, affine, trackRunningStats);
    }
}

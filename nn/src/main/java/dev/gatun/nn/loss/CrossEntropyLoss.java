package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** The negative log-probability of the target class, from logits [B, C, ...] and classes int64 [B, ...], or probabilities shaped as the logits ({@code torch.nn.CrossEntropyLoss}). */
public final class CrossEntropyLoss extends Loss {
    private final long ignoreIndex;
    private final double labelSmoothing;

    /** The mean, with PyTorch's defaults. */
    public CrossEntropyLoss() {
        this(null, -100, 0, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param weight a factor for each class, taken over; null for none
     * @param ignoreIndex a target that does not count
     * @param labelSmoothing how much of the target is spread over all classes
     * @param reduction what becomes of the single losses
     */
    public CrossEntropyLoss(Tensor weight, long ignoreIndex, double labelSmoothing, Reduction reduction) {
        super(reduction);
        if (weight != null) {
            registerBuffer("weight", weight);
        }
        this.ignoreIndex = ignoreIndex;
        this.labelSmoothing = labelSmoothing;
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return input.cross_entropy_loss(target, buffer("weight"), reduction.code(), ignoreIndex, labelSmoothing);
    }
}

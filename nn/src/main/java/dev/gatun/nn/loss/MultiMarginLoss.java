package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** How much the scores [B, C] of wrong classes come within the margin of the target's ({@code torch.nn.MultiMarginLoss}). */
public final class MultiMarginLoss extends Loss {
    private final long p;
    private final double margin;

    /** The mean, with PyTorch's defaults. */
    public MultiMarginLoss() {
        this(null, 1, 1, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param weight a factor for each class, taken over; null for none
     * @param p the power, 1 or 2
     * @param margin the lead wanted
     * @param reduction what becomes of the single losses
     */
    public MultiMarginLoss(Tensor weight, long p, double margin, Reduction reduction) {
        super(reduction);
        if (weight != null) {
            registerBuffer("weight", weight);
        }
        this.p = p;
        this.margin = margin;
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return input.multi_margin_loss(target, (double) p, margin, buffer("weight"), reduction.code());
    }
}

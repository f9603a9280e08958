package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** Binary cross-entropy of probabilities ({@code torch.nn.BCELoss}). */
public final class BCELoss extends Loss {
    /** The mean, with PyTorch's defaults. */
    public BCELoss() {
        this(null, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param weight a factor for each class, taken over; null for none
     * @param reduction what becomes of the single losses
     */
    public BCELoss(Tensor weight, Reduction reduction) {
        super(reduction);
        if (weight != null) {
            registerBuffer("weight", weight);
        }
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return input.binary_cross_entropy(target, buffer("weight"), reduction.code());
    }
}

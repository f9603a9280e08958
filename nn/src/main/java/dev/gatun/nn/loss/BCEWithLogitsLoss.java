package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** Binary cross-entropy of logits ({@code torch.nn.BCEWithLogitsLoss}). */
public final class BCEWithLogitsLoss extends Loss {
    /** The mean, with PyTorch's defaults. */
    public BCEWithLogitsLoss() {
        this(null, null, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param weight a factor for each class, taken over; null for none
     * @param posWeight a factor for the targets that are 1, taken over; null for none
     * @param reduction what becomes of the single losses
     */
    public BCEWithLogitsLoss(Tensor weight, Tensor posWeight, Reduction reduction) {
        super(reduction);
        if (weight != null) {
            registerBuffer("weight", weight);
        }
        if (posWeight != null) {
            registerBuffer("pos_weight", posWeight);
        }
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return input.binary_cross_entropy_with_logits(target, buffer("weight"), buffer("pos_weight"), reduction.code());
    }
}

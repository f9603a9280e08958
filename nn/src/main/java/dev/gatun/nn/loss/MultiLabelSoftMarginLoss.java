package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** Binary cross-entropy of logits [..., C], the mean over the classes ({@code torch.nn.MultiLabelSoftMarginLoss}). */
public final class MultiLabelSoftMarginLoss extends Loss {
    /** The mean, with PyTorch's defaults. */
    public MultiLabelSoftMarginLoss() {
        this(null, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param weight a factor for each class, taken over; null for none
     * @param reduction what becomes of the single losses
     */
    public MultiLabelSoftMarginLoss(Tensor weight, Reduction reduction) {
        super(reduction);
        if (weight != null) {
            registerBuffer("weight", weight);
        }
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return reduction.of(losses(input, target));
    }

    private Tensor losses(Tensor input, Tensor target) {
        Tensor each = input.binary_cross_entropy_with_logits(target, null, null, Reduction.NONE.code());
        Tensor weight = buffer("weight");
        return (weight == null ? each : each.mul(weight)).mean(-1);
    }
}

package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** log(1 + exp(-y · x)), y being 1 or -1 ({@code torch.nn.SoftMarginLoss}). */
public final class SoftMarginLoss extends Loss {
    /** The mean, with PyTorch's defaults. */
    public SoftMarginLoss() {
        this(Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param reduction what becomes of the single losses
     */
    public SoftMarginLoss(Reduction reduction) {
        super(reduction);
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return input.soft_margin_loss(target, reduction.code());
    }
}

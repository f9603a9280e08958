package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** The same for several target classes an example: int64 [B, C], ended by -1 ({@code torch.nn.MultiLabelMarginLoss}). */
public final class MultiLabelMarginLoss extends Loss {
    /** The mean, with PyTorch's defaults. */
    public MultiLabelMarginLoss() {
        this(Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param reduction what becomes of the single losses
     */
    public MultiLabelMarginLoss(Reduction reduction) {
        super(reduction);
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return input.multilabel_margin_loss(target, reduction.code());
    }
}

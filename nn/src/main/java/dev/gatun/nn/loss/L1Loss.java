package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** |x - y| ({@code torch.nn.L1Loss}). */
public final class L1Loss extends Loss {
    /** The mean, with PyTorch's defaults. */
    public L1Loss() {
        this(Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param reduction what becomes of the single losses
     */
    public L1Loss(Reduction reduction) {
        super(reduction);
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return input.l1_loss(target, reduction.code());
    }
}

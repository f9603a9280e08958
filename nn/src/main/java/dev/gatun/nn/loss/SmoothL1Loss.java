package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** Quadratic where |x - y| is below beta, linear elsewhere ({@code torch.nn.SmoothL1Loss}). */
public final class SmoothL1Loss extends Loss {
    private final double beta;

    /** The mean, with PyTorch's defaults. */
    public SmoothL1Loss() {
        this(1, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param beta where the quadratic part ends
     * @param reduction what becomes of the single losses
     */
    public SmoothL1Loss(double beta, Reduction reduction) {
        super(reduction);
        this.beta = beta;
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return input.smooth_l1_loss(target, reduction.code(), beta);
    }
}

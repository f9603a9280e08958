package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** Quadratic where |x - y| is below delta, delta times the distance elsewhere ({@code torch.nn.HuberLoss}). */
public final class HuberLoss extends Loss {
    private final double delta;

    /** The mean, with PyTorch's defaults. */
    public HuberLoss() {
        this(1, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param delta where the quadratic part ends
     * @param reduction what becomes of the single losses
     */
    public HuberLoss(double delta, Reduction reduction) {
        super(reduction);
        this.delta = delta;
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return input.huber_loss(target, reduction.code(), delta);
    }
}

package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** (x - y)² ({@code torch.nn.MSELoss}). */
public final class MSELoss extends Loss {
    /** The mean, with PyTorch's defaults. */
    public MSELoss() {
        this(Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param reduction what becomes of the single losses
     */
    public MSELoss(Reduction reduction) {
        super(reduction);
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return input.mse_loss(target, reduction.code());
    }
}

package dev.gatun.nn.loss;

import dev.gatun.torch.Aten;
import dev.gatun.torch.Tensor;

/** The negative of the target class's entry of log-probabilities [B, C, ...], targets int64 [B, ...] ({@code torch.nn.NLLLoss}). */
public final class NLLLoss extends Loss {
    private final long ignoreIndex;

    /** The mean, with PyTorch's defaults. */
    public NLLLoss() {
        this(null, -100, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param weight a factor for each class, taken over; null for none
     * @param ignoreIndex a target that does not count
     * @param reduction what becomes of the single losses
     */
    public NLLLoss(Tensor weight, long ignoreIndex, Reduction reduction) {
        super(reduction);
        if (weight != null) {
            registerBuffer("weight", weight);
        }
        this.ignoreIndex = ignoreIndex;
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return Aten.nll_loss_nd(input, target, buffer("weight"), reduction.code(), ignoreIndex);
    }
}

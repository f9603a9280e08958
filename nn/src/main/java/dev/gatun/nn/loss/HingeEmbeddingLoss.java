package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** The distance x where y is 1, how much the margin is over it where y is -1 ({@code torch.nn.HingeEmbeddingLoss}). */
public final class HingeEmbeddingLoss extends Loss {
    private final double margin;

    /** The mean, with PyTorch's defaults. */
    public HingeEmbeddingLoss() {
        this(1, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param margin the distance wanted of unlike pairs
     * @param reduction what becomes of the single losses
     */
    public HingeEmbeddingLoss(double margin, Reduction reduction) {
        super(reduction);
        this.margin = margin;
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return input.hinge_embedding_loss(target, margin, reduction.code());
    }
}

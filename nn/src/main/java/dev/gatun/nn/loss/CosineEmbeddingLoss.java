package dev.gatun.nn.loss;

import dev.gatun.nn.Module;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** 1 - cosine of like pairs, what the cosine of unlike pairs is over the margin ({@code torch.nn.CosineEmbeddingLoss}). */
public final class CosineEmbeddingLoss extends Module {
    private final double margin;
    private final Reduction reduction;

    /** The mean, with PyTorch's defaults. */
    public CosineEmbeddingLoss() {
        this(0, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param margin the cosine allowed to unlike pairs
     * @param reduction what becomes of the single losses
     */
    public CosineEmbeddingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** The loss of [B, d] and [B, d]; {@code target} [B] is 1 for like pairs, -1 for unlike ones. */
    public Tensor forward(Tensor input1, Tensor input2, Tensor target) {
        return call(
                in -> new Tensor[] {Torch.cosine_embedding_loss(in[0], in[1], in[2], margin, reduction.code())},
                input1,
                input2,
                target)[0];
    }
}

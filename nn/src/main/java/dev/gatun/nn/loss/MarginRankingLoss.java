package dev.gatun.nn.loss;

import dev.gatun.nn.Module;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** How much the one that should be larger lacks of the margin ({@code torch.nn.MarginRankingLoss}). */
public final class MarginRankingLoss extends Module {
    private final double margin;
    private final Reduction reduction;

    /** The mean, with PyTorch's defaults. */
    public MarginRankingLoss() {
        this(0, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param margin the lead wanted
     * @param reduction what becomes of the single losses
     */
    public MarginRankingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** The loss; {@code target} is 1 where {@code input1} should be the larger one, -1 elsewhere. */
    public Tensor forward(Tensor input1, Tensor input2, Tensor target) {
        return call(
                in -> new Tensor[] {Torch.margin_ranking_loss(in[0], in[1], in[2], margin, reduction.code())},
                input1,
                input2,
                target)[0];
    }
}

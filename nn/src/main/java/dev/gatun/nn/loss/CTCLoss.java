package dev.gatun.nn.loss;

import dev.gatun.nn.Module;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** The negative log-probability of a label sequence over all its alignments with the input ({@code torch.nn.CTCLoss}). */
public final class CTCLoss extends Module {
    private final long blank;
    private final Reduction reduction;
    private final boolean zeroInfinity;

    /** The mean, blank 0. */
    public CTCLoss() {
        this(0, Reduction.MEAN, false);
    }

    /** {@code zeroInfinity} makes 0 of the losses of inputs that are too short for their labels. */
    public CTCLoss(long blank, Reduction reduction, boolean zeroInfinity) {
        this.blank = blank;
        this.reduction = reduction;
        this.zeroInfinity = zeroInfinity;
    }

    /** The loss of log-probabilities [T, B, C] for labels int64 [B, S], or all in a row, of these lengths int64 [B]. */
    public Tensor forward(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
        return call(
                in -> new Tensor[] {Torch.ctc_loss(in[0], in[1], in[2], in[3], blank, reduction.code(), zeroInfinity)},
                logProbs,
                targets,
                inputLengths,
                targetLengths)[0];
    }
}

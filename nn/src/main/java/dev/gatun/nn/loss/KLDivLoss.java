package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;

/** The Kullback-Leibler divergence of a target distribution from log-probabilities ({@code torch.nn.KLDivLoss}). */
public final class KLDivLoss extends Loss {
    private final boolean logTarget;
    private final boolean batchMean;

    /** The mean over all elements, as PyTorch's default; {@link #batchMean} is the divergence proper. */
    public KLDivLoss() {
        this(Reduction.MEAN, false);
    }

    /** {@code logTarget} says whether the targets are log-probabilities too. */
    public KLDivLoss(Reduction reduction, boolean logTarget) {
        this(reduction, logTarget, false);
    }

    private KLDivLoss(Reduction reduction, boolean logTarget, boolean batchMean) {
        super(reduction);
        this.logTarget = logTarget;
        this.batchMean = batchMean;
    }

    /** The sum divided by the first dimension ({@code reduction="batchmean"}). */
    public static KLDivLoss batchMean(boolean logTarget) {
        return new KLDivLoss(Reduction.SUM, logTarget, true);
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        Tensor loss = input.kl_div(target, reduction.code(), logTarget);
        return batchMean ? loss.div(input.size(0)) : loss;
    }
}

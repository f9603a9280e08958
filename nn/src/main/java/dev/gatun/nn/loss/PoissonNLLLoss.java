package dev.gatun.nn.loss;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** The negative log-likelihood of counts from a Poisson distribution ({@code torch.nn.PoissonNLLLoss}). */
public final class PoissonNLLLoss extends Loss {
    private final boolean logInput;
    private final boolean full;
    private final double eps;

    /** The mean, with PyTorch's defaults. */
    public PoissonNLLLoss() {
        this(true, false, 1e-8, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param logInput whether the input is the logarithm of the rate
     * @param full whether Stirling's term is added
     * @param eps against the logarithm of 0
     * @param reduction what becomes of the single losses
     */
    public PoissonNLLLoss(boolean logInput, boolean full, double eps, Reduction reduction) {
        super(reduction);
        this.logInput = logInput;
        this.full = full;
        this.eps = eps;
    }

    @Override
    Tensor compute(Tensor input, Tensor target) {
        return Torch.poisson_nll_loss(input, target, logInput, full, eps, reduction.code());
    }
}

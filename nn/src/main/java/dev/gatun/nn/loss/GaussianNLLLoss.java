package dev.gatun.nn.loss;

import dev.gatun.nn.Module;
import dev.gatun.torch.Tensor;

/** The negative log-likelihood of targets under a normal distribution of given mean and variance ({@code torch.nn.GaussianNLLLoss}). */
public final class GaussianNLLLoss extends Module {
    private final boolean full;
    private final double eps;
    private final Reduction reduction;

    /** The mean, with PyTorch's defaults: not full, eps 1e-6. */
    public GaussianNLLLoss() {
        this(false, 1e-6, Reduction.MEAN);
    }

    /** {@code full} adds the constant log(2π) / 2; variances below {@code eps} count as that. */
    public GaussianNLLLoss(boolean full, double eps, Reduction reduction) {
        this.full = full;
        this.eps = eps;
        this.reduction = reduction;
    }

    /** The loss; {@code variance} is shaped as {@code mean}, or has 1 in, or lacks, the last dimension. */
    public Tensor forward(Tensor mean, Tensor target, Tensor variance) {
        return call(in -> new Tensor[] {loss(in[0], in[1], in[2])}, mean, target, variance)[0];
    }

    private Tensor loss(Tensor mean, Tensor target, Tensor variance) {
        Tensor shaped = variance.dim() == mean.dim() - 1 ? variance.unsqueeze(-1) : variance;
        // The bound takes no part in the gradient, as in PyTorch.
        Tensor bounded = shaped.add(shaped.detach().clamp_min(eps).sub(shaped.detach()));
        Tensor each = bounded.log().add(mean.sub(target).square().div(bounded)).mul(0.5);
        return reduction.of(full ? each.add(0.5 * Math.log(2 * Math.PI)) : each);
    }
}

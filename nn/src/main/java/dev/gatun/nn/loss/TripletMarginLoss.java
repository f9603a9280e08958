package dev.gatun.nn.loss;

import dev.gatun.nn.Module;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** How much nearer than the margin a negative is than the positive ({@code torch.nn.TripletMarginLoss}). */
public final class TripletMarginLoss extends Module {
    private final double margin;
    private final double p;
    private final double eps;
    private final boolean swap;
    private final Reduction reduction;

    /** The mean, with PyTorch's defaults. */
    public TripletMarginLoss() {
        this(1, 2, 1e-6, false, Reduction.MEAN);
    }

    /**
     * A loss.
     *
     * @param margin the difference of distances wanted
     * @param p of the norm
     * @param eps against a gradient of infinity
     * @param swap whether the nearer of anchor and positive is what the negative is measured from
     * @param reduction what becomes of the single losses
     */
    public TripletMarginLoss(double margin, double p, double eps, boolean swap, Reduction reduction) {
        this.margin = margin;
        this.p = p;
        this.eps = eps;
        this.swap = swap;
        this.reduction = reduction;
    }

    /** The loss of three [B, d]. */
    public Tensor forward(Tensor anchor, Tensor positive, Tensor negative) {
        return call(
                in -> new Tensor[] {
                    Torch.triplet_margin_loss(in[0], in[1], in[2], margin, p, eps, swap, reduction.code())
                },
                anchor,
                positive,
                negative)[0];
    }
}

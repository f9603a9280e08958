package dev.gatun.nn;

import dev.gatun.torch.Tensor;

/**
 * What {@code torch.nn.functional} adds to the ops: all else of it is a method of {@link Tensor} or of {@link
 * dev.gatun.torch.Torch}, or a layer.
 */
public final class Functional {
    private Functional() {}

    /** Divides by the p-norm over dimension {@code dim}, at least {@code eps} ({@code F.normalize}): new, the same shape. */
    public static Tensor normalize(Tensor input, double p, long dim, double eps) {
        return Module.scoped(
                () -> input.div(input.norm(p, new long[] {dim}, true).clamp_min(eps)));
    }

    /**
     * Draws from a categorical distribution so that gradients flow to its logits ({@code F.gumbel_softmax}).
     *
     * @param logits [...], any number of dimensions
     * @param tau the temperature
     * @param hard whether the result is one-hot, with the gradients of the soft one
     * @param dim the dimension over which it sums to 1
     */
    public static Tensor gumbelSoftmax(Tensor logits, double tau, boolean hard, long dim) {
        return Module.scoped(() -> {
            Tensor gumbels = logits.detach().empty_like().exponential_().log().neg();
            Tensor soft = logits.add(gumbels).div(tau).softmax(dim);
            if (!hard) {
                return soft;
            }
            Tensor index = soft.detach().argmax(dim, true);
            Tensor oneHot = soft.detach().zeros_like().scatter_(dim, index, 1.0);
            return oneHot.sub(soft.detach()).add(soft);
        });
    }
}

package dev.gatun.nn.norm;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** Divides each number of [B, C, ...] by a power of the mean square of its neighbouring channels ({@code torch.nn.LocalResponseNorm}). */
public final class LocalResponseNorm extends Layer {
    private final long size;
    private final double alpha;
    private final double beta;
    private final double k;

    /** Over {@code size} channels, with PyTorch's alpha 1e-4, beta 0.75 and k 1. */
    public LocalResponseNorm(long size) {
        this(size, 1e-4, 0.75, 1);
    }

    /** x / (k + alpha · mean(x²))^beta. */
    public LocalResponseNorm(long size, double alpha, double beta, double k) {
        this.size = size;
        this.alpha = alpha;
        this.beta = beta;
        this.k = k;
    }

    @Override
    protected Tensor compute(Tensor input) {
        // Channels become the rows of an image, all else its columns.
        long batch = input.size(0);
        long channels = input.size(1);
        Tensor squares = input.square().reshape(batch, 1, channels, -1);
        Tensor padded = squares.constant_pad_nd(new long[] {0, 0, size / 2, (size - 1) / 2});
        Tensor mean = padded.avg_pool2d(new long[] {size, 1}, new long[] {1}).view(input.shape());
        return input.div(mean.mul(alpha).add(k).pow(beta));
    }
}

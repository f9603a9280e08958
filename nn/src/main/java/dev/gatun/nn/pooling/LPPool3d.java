package dev.gatun.nn.pooling;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;
import java.util.Arrays;

/** The p-norm, the root of the sum of powers, of each window of [B, C, D, H, W] or [C, D, H, W] ({@code torch.nn.LPPool3d}). */
public final class LPPool3d extends Layer {
    private final double normType;
    private final long[] kernel;
    private final long[] stride;

    /** Windows of this size side by side, and p. */
    public LPPool3d(double normType, long... kernelSize) {
        this(normType, kernelSize, null);
    }

    /** Windows that move by {@code stride}; null means by their size. */
    public LPPool3d(double normType, long[] kernelSize, long[] stride) {
        this.normType = normType;
        this.kernel = Sizes.each("kernelSize", kernelSize, 3, 1);
        this.stride = stride == null ? kernel : Sizes.each("stride", stride, 3, 1);
    }

    @Override
    protected Tensor compute(Tensor input) {
        Tensor mean = input.pow(normType).avg_pool3d(kernel, stride);
        Tensor sum =
                mean.sign().mul(mean.abs().relu()).mul(Arrays.stream(kernel).reduce(1, (a, b) -> a * b));
        return sum.pow(1 / normType);
    }
}

package dev.gatun.nn.pooling;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** The largest number of each window of [B, C, D, H, W] or [C, D, H, W] ({@code torch.nn.MaxPool3d}). */
public final class MaxPool3d extends Layer {
    private final long[] kernel;
    private final long[] stride;
    private final long[] padding;
    private final long[] dilation;
    private final boolean ceilMode;

    /** Windows of this size side by side. */
    public MaxPool3d(long... kernelSize) {
        this(MaxPoolOptions.kernel(kernelSize));
    }

    /**
     * Windows as {@code pool} says.
     *
     * @throws IllegalArgumentException if a size is not for 3 dimensions
     */
    public MaxPool3d(MaxPoolOptions pool) {
        kernel = Sizes.each("kernelSize", pool.kernelSize(), 3, 1);
        stride = pool.stride() == null ? kernel : Sizes.each("stride", pool.stride(), 3, 1);
        padding = Sizes.each("padding", pool.padding(), 3, 0);
        dilation = Sizes.each("dilation", pool.dilation(), 3, 1);
        ceilMode = pool.ceilMode();
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.max_pool3d(kernel, stride, padding, dilation, ceilMode);
    }
}

package dev.gatun.nn.pooling;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** The largest number of each window of [B, C, H, W] or [C, H, W] ({@code torch.nn.MaxPool2d}). */
public final class MaxPool2d extends Layer {
    private final long[] kernel;
    private final long[] stride;
    private final long[] padding;
    private final long[] dilation;
    private final boolean ceilMode;

    /** Windows of this size side by side. */
    public MaxPool2d(long... kernelSize) {
        this(MaxPoolOptions.kernel(kernelSize));
    }

    /**
     * Windows as {@code pool} says.
     *
     * @throws IllegalArgumentException if a size is not for 2 dimensions
     */
    public MaxPool2d(MaxPoolOptions pool) {
        kernel = Sizes.each("kernelSize", pool.kernelSize(), 2, 1);
        stride = pool.stride() == null ? kernel : Sizes.each("stride", pool.stride(), 2, 1);
        padding = Sizes.each("padding", pool.padding(), 2, 0);
        dilation = Sizes.each("dilation", pool.dilation(), 2, 1);
        ceilMode = pool.ceilMode();
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.max_pool2d(kernel, stride, padding, dilation, ceilMode);
    }
}

package dev.gatun.nn.pooling;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** The mean of each window of [B, C, H, W] or [C, H, W] ({@code torch.nn.AvgPool2d}). */
public final class AvgPool2d extends Layer {
    private final long[] kernel;
    private final long[] stride;
    private final long[] padding;
    private final boolean ceilMode;
    private final boolean countIncludePad;

    /** Windows of this size side by side. */
    public AvgPool2d(long... kernelSize) {
        this(AvgPoolOptions.kernel(kernelSize));
    }

    /**
     * Windows as {@code pool} says.
     *
     * @throws IllegalArgumentException if a size is not for 2 dimensions
     */
    public AvgPool2d(AvgPoolOptions pool) {
        kernel = Sizes.each("kernelSize", pool.kernelSize(), 2, 1);
        stride = pool.stride() == null ? kernel : Sizes.each("stride", pool.stride(), 2, 1);
        padding = Sizes.each("padding", pool.padding(), 2, 0);
        ceilMode = pool.ceilMode();
        countIncludePad = pool.countIncludePad();
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.avg_pool2d(kernel, stride, padding, ceilMode, countIncludePad);
    }
}

package dev.gatun.nn.pooling;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** The largest number of each window of [B, C, L] or [C, L] ({@code torch.nn.MaxPool1d}). */
public final class MaxPool1d extends Layer {
    private final long[] kernel;
    private final long[] stride;
    private final long[] padding;
    private final long[] dilation;
    private final boolean ceilMode;

    /** Windows of this size side by side. */
    public MaxPool1d(long... kernelSize) {
        this(MaxPoolOptions.kernel(kernelSize));
    }

    /**
     * Windows as {@code pool} says.
     *
     * @throws IllegalArgumentException if a size is not for 1 dimension
     */
    public MaxPool1d(MaxPoolOptions pool) {
        kernel = Sizes.each("kernelSize", pool.kernelSize(), 1, 1);
        stride = pool.stride() == null ? kernel : Sizes.each("stride", pool.stride(), 1, 1);
        padding = Sizes.each("padding", pool.padding(), 1, 0);
        dilation = Sizes.each("dilation", pool.dilation(), 1, 1);
        ceilMode = pool.ceilMode();
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.max_pool1d(kernel, stride, padding, dilation, ceilMode);
    }
}

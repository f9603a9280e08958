package dev.gatun.nn.pooling;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** The mean of each window of [B, C, L] or [C, L] ({@code torch.nn.AvgPool1d}). */
public final class AvgPool1d extends Layer {
    private final long[] kernel;
    private final long[] stride;
    private final long[] padding;
    private final boolean ceilMode;
    private final boolean countIncludePad;

    /** Windows of this size side by side. */
    public AvgPool1d(long... kernelSize) {
        this(AvgPoolOptions.kernel(kernelSize));
    }

    /**
     * Windows as {@code pool} says.
     *
     * @throws IllegalArgumentException if a size is not for 1 dimension
     */
    public AvgPool1d(AvgPoolOptions pool) {
        kernel = Sizes.each("kernelSize", pool.kernelSize(), 1, 1);
        stride = pool.stride() == null ? kernel : Sizes.each("stride", pool.stride(), 1, 1);
        padding = Sizes.each("padding", pool.padding(), 1, 0);
        ceilMode = pool.ceilMode();
        countIncludePad = pool.countIncludePad();
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.avg_pool1d(kernel, stride, padding, ceilMode, countIncludePad);
    }
}

package dev.gatun.nn.conv;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** Adds columns [B, C · kernel, windows] up into an image [B, C, H, W] ({@code torch.nn.Fold}). */
public final class Fold extends Layer {
    private final long[] outputSize;
    private final long[] kernel;
    private final long[] dilation;
    private final long[] padding;
    private final long[] stride;

    /** Windows of two dimensions; sizes are one number or two. */
    public Fold(long[] outputSize, long[] kernelSize, long[] dilation, long[] padding, long[] stride) {
        this.outputSize = Sizes.each("outputSize", outputSize, 2, 1);
        this.kernel = Sizes.each("kernelSize", kernelSize, 2, 1);
        this.dilation = Sizes.each("dilation", dilation, 2, 1);
        this.padding = Sizes.each("padding", padding, 2, 0);
        this.stride = Sizes.each("stride", stride, 2, 1);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.col2im(outputSize, kernel, dilation, padding, stride);
    }
}

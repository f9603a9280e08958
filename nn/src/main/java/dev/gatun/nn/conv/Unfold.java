package dev.gatun.nn.conv;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** Copies each window of [B, C, H, W] into a column: [B, C · kernel, windows] ({@code torch.nn.Unfold}). */
public final class Unfold extends Layer {
    private final long[] kernel;
    private final long[] dilation;
    private final long[] padding;
    private final long[] stride;

    /** Windows of two dimensions; sizes are one number or two. */
    public Unfold(long[] kernelSize, long[] dilation, long[] padding, long[] stride) {
        this.kernel = Sizes.each("kernelSize", kernelSize, 2, 1);
        this.dilation = Sizes.each("dilation", dilation, 2, 1);
        this.padding = Sizes.each("padding", padding, 2, 0);
        this.stride = Sizes.each("stride", stride, 2, 1);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.im2col(kernel, dilation, padding, stride);
    }
}

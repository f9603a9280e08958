package dev.gatun.nn.pooling;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** The mean of each of a given number of windows over [B, C, H, W] or [C, H, W] ({@code torch.nn.AdaptiveAvgPool2d}). */
public final class AdaptiveAvgPool2d extends Layer {
    private final long[] outputSize;

    /** As many windows as the output has elements: one number or 2. */
    public AdaptiveAvgPool2d(long... outputSize) {
        this.outputSize = Sizes.each("outputSize", outputSize, 2, 1);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.adaptive_avg_pool2d(outputSize);
    }
}

package dev.gatun.nn.pooling;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** The mean of each of a given number of windows over [B, C, D, H, W] or [C, D, H, W] ({@code torch.nn.AdaptiveAvgPool3d}). */
public final class AdaptiveAvgPool3d extends Layer {
    private final long[] outputSize;

    /** As many windows as the output has elements: one number or 3. */
    public AdaptiveAvgPool3d(long... outputSize) {
        this.outputSize = Sizes.each("outputSize", outputSize, 3, 1);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.adaptive_avg_pool3d(outputSize);
    }
}

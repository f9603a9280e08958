package dev.gatun.nn.pooling;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** The mean of each of a given number of windows over [B, C, L] or [C, L] ({@code torch.nn.AdaptiveAvgPool1d}). */
public final class AdaptiveAvgPool1d extends Layer {
    private final long[] outputSize;

    /** As many windows as the output has elements: one number or 1. */
    public AdaptiveAvgPool1d(long... outputSize) {
        this.outputSize = Sizes.each("outputSize", outputSize, 1, 1);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.adaptive_avg_pool1d(outputSize);
    }
}

package dev.gatun.nn.pooling;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** The largest number of each of a given number of windows over [B, C, L] or [C, L] ({@code torch.nn.AdaptiveMaxPool1d}). */
public final class AdaptiveMaxPool1d extends Layer {
    private final long[] outputSize;

    /** As many windows as the output has elements: one number or 1. */
    public AdaptiveMaxPool1d(long... outputSize) {
        this.outputSize = Sizes.each("outputSize", outputSize, 1, 1);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.adaptive_max_pool1d(outputSize)._0();
    }
}

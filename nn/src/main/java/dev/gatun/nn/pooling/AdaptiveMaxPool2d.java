package dev.gatun.nn.pooling;

import dev.gatun.nn.Layer;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;

/** The largest number of each of a given number of windows over [B, C, H, W] or [C, H, W] ({@code torch.nn.AdaptiveMaxPool2d}). */
public final class AdaptiveMaxPool2d extends Layer {
    private final long[] outputSize;

    /** As many windows as the output has elements: one number or 2. */
    public AdaptiveMaxPool2d(long... outputSize) {
        this.outputSize = Sizes.each("outputSize", outputSize, 2, 1);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.adaptive_max_pool2d(outputSize)._0();
    }
}

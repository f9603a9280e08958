package dev.gatun.nn.vision;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** Makes channels of pixels: [..., C, H · r, W · r] to [..., C · r², H, W] ({@code torch.nn.PixelUnshuffle}). */
public final class PixelUnshuffle extends Layer {
    private final long downscaleFactor;

    /** Shrinks by {@code downscaleFactor}. */
    public PixelUnshuffle(long downscaleFactor) {
        this.downscaleFactor = downscaleFactor;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.pixel_unshuffle(downscaleFactor);
    }
}

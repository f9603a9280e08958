package dev.gatun.nn.vision;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** Makes pixels of channels: [..., C · r², H, W] to [..., C, H · r, W · r] ({@code torch.nn.PixelShuffle}). */
public final class PixelShuffle extends Layer {
    private final long upscaleFactor;

    /** Enlarges by {@code upscaleFactor}. */
    public PixelShuffle(long upscaleFactor) {
        this.upscaleFactor = upscaleFactor;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.pixel_shuffle(upscaleFactor);
    }
}

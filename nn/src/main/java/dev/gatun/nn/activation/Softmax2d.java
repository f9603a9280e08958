package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** Softmax over the channels of [B, C, H, W] or [C, H, W] ({@code torch.nn.Softmax2d}). */
public final class Softmax2d extends Layer {
    /** The function. */
    public Softmax2d() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.softmax(-3);
    }
}

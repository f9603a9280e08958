package dev.gatun.nn;

import dev.gatun.torch.Tensor;

/** Returns its input ({@code torch.nn.Identity}). */
public final class Identity extends Layer {
    /** A layer that does nothing. */
    public Identity() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input;
    }
}

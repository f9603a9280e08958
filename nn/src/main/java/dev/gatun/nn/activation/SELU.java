package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** The self-normalising scaled ELU ({@code torch.nn.SELU}). */
public final class SELU extends Layer {
    /** The function. */
    public SELU() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.selu();
    }
}

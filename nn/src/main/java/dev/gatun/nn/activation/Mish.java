package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x · tanh(softplus(x)) ({@code torch.nn.Mish}). */
public final class Mish extends Layer {
    /** The function. */
    public Mish() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.mish();
    }
}

package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x · sigmoid(x) ({@code torch.nn.SiLU}). */
public final class SiLU extends Layer {
    /** The function. */
    public SiLU() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.silu();
    }
}

package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** max(x, 0) ({@code torch.nn.ReLU}). */
public final class ReLU extends Layer {
    /** The function. */
    public ReLU() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.relu();
    }
}

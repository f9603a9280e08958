package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** tanh x ({@code torch.nn.Tanh}). */
public final class Tanh extends Layer {
    /** The function. */
    public Tanh() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.tanh();
    }
}

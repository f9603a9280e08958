package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x - tanh x ({@code torch.nn.Tanhshrink}). */
public final class Tanhshrink extends Layer {
    /** The function. */
    public Tanhshrink() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.sub(input.tanh());
    }
}

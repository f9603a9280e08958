package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** ReLU6(x + 3) / 6 ({@code torch.nn.Hardsigmoid}). */
public final class Hardsigmoid extends Layer {
    /** The function. */
    public Hardsigmoid() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.hardsigmoid();
    }
}

package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x · ReLU6(x + 3) / 6 ({@code torch.nn.Hardswish}). */
public final class Hardswish extends Layer {
    /** The function. */
    public Hardswish() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.hardswish();
    }
}

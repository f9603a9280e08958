package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x between 0 and 6 ({@code torch.nn.ReLU6}). */
public final class ReLU6 extends Layer {
    /** The function. */
    public ReLU6() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.hardtanh(0, 6);
    }
}

package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x / (1 + |x|) ({@code torch.nn.Softsign}). */
public final class Softsign extends Layer {
    /** The function. */
    public Softsign() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.div(input.abs().add(1));
    }
}

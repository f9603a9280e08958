package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x · Φ(x), Φ the normal distribution's, or its approximation by tanh ({@code torch.nn.GELU}). */
public final class GELU extends Layer {
    private final String approximate;

    /** The exact function. */
    public GELU() {
        this("none");
    }

    /** {@code none} or {@code tanh}. */
    public GELU(String approximate) {
        this.approximate = approximate;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.gelu(approximate);
    }
}

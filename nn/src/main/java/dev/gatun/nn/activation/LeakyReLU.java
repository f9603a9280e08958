package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x where positive, a multiple of it elsewhere ({@code torch.nn.LeakyReLU}). */
public final class LeakyReLU extends Layer {
    private final double negativeSlope;

    /** With PyTorch's numbers: negativeSlope 0.01. */
    public LeakyReLU() {
        this(0.01);
    }

    /** With these numbers. */
    public LeakyReLU(double negativeSlope) {
        this.negativeSlope = negativeSlope;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.leaky_relu(negativeSlope);
    }
}

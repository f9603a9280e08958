package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x moved towards 0 by lambda ({@code torch.nn.Softshrink}). */
public final class Softshrink extends Layer {
    private final double lambda;

    /** With PyTorch's numbers: lambda 0.5. */
    public Softshrink() {
        this(0.5);
    }

    /** With these numbers. */
    public Softshrink(double lambda) {
        this.lambda = lambda;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.softshrink(lambda);
    }
}

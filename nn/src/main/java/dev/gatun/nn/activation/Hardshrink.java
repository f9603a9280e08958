package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x, but 0 where |x| is at most lambda ({@code torch.nn.Hardshrink}). */
public final class Hardshrink extends Layer {
    private final double lambda;

    /** With PyTorch's numbers: lambda 0.5. */
    public Hardshrink() {
        this(0.5);
    }

    /** With these numbers. */
    public Hardshrink(double lambda) {
        this.lambda = lambda;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.hardshrink(lambda);
    }
}

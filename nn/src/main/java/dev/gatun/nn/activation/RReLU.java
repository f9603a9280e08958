package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x where positive, elsewhere a multiple drawn from [lower, upper) in training and their mean otherwise ({@code torch.nn.RReLU}). */
public final class RReLU extends Layer {
    private final double lower;
    private final double upper;

    /** With PyTorch's numbers: lower 0.125, upper 0.3333333333333333. */
    public RReLU() {
        this(0.125, 0.3333333333333333);
    }

    /** With these numbers. */
    public RReLU(double lower, double upper) {
        this.lower = lower;
        this.upper = upper;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.rrelu(lower, upper, isTraining(), null);
    }
}

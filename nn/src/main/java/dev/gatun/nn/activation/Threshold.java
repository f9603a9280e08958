package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x where it is over the threshold, the value elsewhere ({@code torch.nn.Threshold}). */
public final class Threshold extends Layer {
    private final double threshold;
    private final double value;

    /** With these numbers. */
    public Threshold(double threshold, double value) {
        this.threshold = threshold;
        this.value = value;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.threshold(threshold, value);
    }
}

package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x between two bounds ({@code torch.nn.Hardtanh}). */
public final class Hardtanh extends Layer {
    private final double minVal;
    private final double maxVal;

    /** With PyTorch's numbers: minVal -1.0, maxVal 1.0. */
    public Hardtanh() {
        this(-1.0, 1.0);
    }

    /** With these numbers. */
    public Hardtanh(double minVal, double maxVal) {
        this.minVal = minVal;
        this.maxVal = maxVal;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.hardtanh(minVal, maxVal);
    }
}

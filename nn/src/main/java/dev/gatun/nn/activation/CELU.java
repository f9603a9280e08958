package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x where positive, alpha · (exp(x / alpha) - 1) elsewhere ({@code torch.nn.CELU}). */
public final class CELU extends Layer {
    private final double alpha;

    /** With PyTorch's numbers: alpha 1.0. */
    public CELU() {
        this(1.0);
    }

    /** With these numbers. */
    public CELU(double alpha) {
        this.alpha = alpha;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.celu(alpha);
    }
}

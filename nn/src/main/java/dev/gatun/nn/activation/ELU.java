package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** x where positive, alpha · (exp(x) - 1) elsewhere ({@code torch.nn.ELU}). */
public final class ELU extends Layer {
    private final double alpha;

    /** With PyTorch's numbers: alpha 1.0. */
    public ELU() {
        this(1.0);
    }

    /** With these numbers. */
    public ELU(double alpha) {
        this.alpha = alpha;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.elu(alpha);
    }
}

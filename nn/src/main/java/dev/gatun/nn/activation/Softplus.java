package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** log(1 + exp(beta · x)) / beta; x itself where beta · x is over the threshold ({@code torch.nn.Softplus}). */
public final class Softplus extends Layer {
    private final double beta;
    private final double threshold;

    /** With PyTorch's numbers: beta 1.0, threshold 20.0. */
    public Softplus() {
        this(1.0, 20.0);
    }

    /** With these numbers. */
    public Softplus(double beta, double threshold) {
        this.beta = beta;
        this.threshold = threshold;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.softplus(beta, threshold);
    }
}

package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** exp(x), divided by its sum over one dimension ({@code torch.nn.Softmax}). */
public final class Softmax extends Layer {
    private final long dim;

    /** Over dimension {@code dim}. */
    public Softmax(long dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.softmax(dim);
    }
}

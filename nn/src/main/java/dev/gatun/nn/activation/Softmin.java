package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** Softmax of -x ({@code torch.nn.Softmin}). */
public final class Softmin extends Layer {
    private final long dim;

    /** Over dimension {@code dim}. */
    public Softmin(long dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.neg().softmax(dim);
    }
}

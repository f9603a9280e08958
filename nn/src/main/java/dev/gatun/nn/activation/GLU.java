package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** The first half of a dimension times the sigmoid of the second ({@code torch.nn.GLU}). */
public final class GLU extends Layer {
    private final long dim;

    /** Over dimension -1. */
    public GLU() {
        this(-1);
    }

    /** Over dimension {@code dim}. */
    public GLU(long dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.glu(dim);
    }
}

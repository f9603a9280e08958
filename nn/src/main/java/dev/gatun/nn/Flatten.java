package dev.gatun.nn;

import dev.gatun.torch.Tensor;

/** Makes one dimension of several ({@code torch.nn.Flatten}). */
public final class Flatten extends Layer {
    private final long startDim;
    private final long endDim;

    /** Flattens all dimensions but the first. */
    public Flatten() {
        this(1, -1);
    }

    /** Flattens dimensions {@code startDim} to {@code endDim}, both inclusive; negative ones count from the end. */
    public Flatten(long startDim, long endDim) {
        this.startDim = startDim;
        this.endDim = endDim;
    }

    /** The same numbers: a view where it can be one. */
    @Override
    protected Tensor compute(Tensor input) {
        return input.flatten(startDim, endDim);
    }
}

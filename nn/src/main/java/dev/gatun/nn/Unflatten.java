package dev.gatun.nn;

import dev.gatun.torch.Tensor;

/** Makes several dimensions of one ({@code torch.nn.Unflatten}). */
public final class Unflatten extends Layer {
    private final long dim;
    private final long[] sizes;

    /** Splits dimension {@code dim} into {@code sizes}, of which one may be -1. */
    public Unflatten(long dim, long... sizes) {
        this.dim = dim;
        this.sizes = sizes.clone();
    }

    /** The same numbers: a view. */
    @Override
    protected Tensor compute(Tensor input) {
        return input.unflatten(dim, sizes);
    }
}

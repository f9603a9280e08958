package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** The logarithm of the softmax over one dimension ({@code torch.nn.LogSoftmax}). */
public final class LogSoftmax extends Layer {
    private final long dim;

    /** Over dimension {@code dim}. */
    public LogSoftmax(long dim) {
        this.dim = dim;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.log_softmax(dim);
    }
}

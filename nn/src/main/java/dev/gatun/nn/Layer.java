package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import java.util.function.UnaryOperator;

/**
 * A module of one tensor in and one out, which {@link Sequential} can chain. A subclass computes in {@link #compute}; callers
 * call {@link #forward} ({@code module(x)} in PyTorch), which adds hooks, checkpointing and the freeing of temporaries.
 */
public abstract class Layer extends Module implements UnaryOperator<Tensor> {
    /** A layer without parts yet, in training mode. */
    protected Layer() {}

    /** Computes the result; the tensors made on the way are freed afterwards. Called by {@link #forward} only. */
    protected abstract Tensor compute(Tensor input);

    /** Runs the layer: the result is new, or the input itself where there was nothing to do, and the caller's scope's. */
    public final Tensor forward(Tensor input) {
        if (isPlain()) {
            return scoped(() -> compute(input));
        }
        return call(inputs -> new Tensor[] {compute(inputs[0])}, input)[0];
    }

    /** The same as {@link #forward}. */
    @Override
    public final Tensor apply(Tensor input) {
        return forward(input);
    }
}

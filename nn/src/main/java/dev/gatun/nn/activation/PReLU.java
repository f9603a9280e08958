package dev.gatun.nn.activation;

import dev.gatun.nn.Init;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/** x where positive, a learned multiple elsewhere ({@code torch.nn.PReLU}): parameter {@code weight} [1] or [channels]. */
public final class PReLU extends Layer {
    private final Parameter weight;

    /** One number for all, 0.25, float32 on the CPU. */
    public PReLU() {
        this(1, 0.25, null);
    }

    /** {@code numParameters} numbers, 1 or as many as dimension 1 of the input has. */
    public PReLU(long numParameters, double init, TensorOptions options) {
        weight = registerParameter("weight", Init.constant(init, options, numParameters));
    }

    /** {@code weight}. */
    public Parameter weight() {
        return weight;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return input.prelu(weight.get());
    }
}

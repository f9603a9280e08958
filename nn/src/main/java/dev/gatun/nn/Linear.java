package dev.gatun.nn;

import dev.gatun.torch.FewRows;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * y = x Wᵀ + b ({@code torch.nn.Linear}). Parameters {@code weight} [out, in] and, if asked for, {@code bias} [out], both
 * drawn from U(-1/√in, 1/√in) as PyTorch does.
 */
public final class Linear extends Layer implements Updatable {
    private final Parameter weight;
    private final Parameter bias;
    private final UpdateSlot updates = new UpdateSlot();

    /** A float32 layer with bias on the CPU. */
    public Linear(long inFeatures, long outFeatures) {
        this(inFeatures, outFeatures, true, null);
    }

    /** A layer with or without bias; {@code options} null means float32 on the CPU. */
    public Linear(long inFeatures, long outFeatures, boolean bias, TensorOptions options) {
        this(
                Init.uniform(bound(inFeatures), options, outFeatures, inFeatures),
                bias ? Init.uniform(bound(inFeatures), options, outFeatures) : null);
    }

    /** A layer of existing parameters, {@code weight} [out, in] and {@code bias} [out] or null; sharing one ties it. */
    public Linear(Parameter weight, Parameter bias) {
        this.weight = registerParameter("weight", weight);
        this.bias = bias == null ? null : registerParameter("bias", bias);
    }

    private static double bound(long inFeatures) {
        return inFeatures == 0 ? 0 : 1 / Math.sqrt(inFeatures);
    }

    /** {@code weight}, [out, in]. */
    public Parameter weight() {
        return weight;
    }

    /** {@code bias}, [out], or null. */
    public Parameter bias() {
        return bias;
    }

    @Override
    public UpdateSlot updates() {
        return updates;
    }

    @Override
    public long inFeatures() {
        return weight.shape()[1];
    }

    @Override
    public long outFeatures() {
        return weight.shape()[0];
    }

    /** [..., in] to [..., out], of the weight's type. */
    @Override
    protected Tensor compute(Tensor input) {
        Tensor output =
                bias == null ? FewRows.linear(input, weight.get()) : Torch.linear(input, weight.get(), bias.get());
        return updates.apply(input, output);
    }

    /** {@link #forward(Tensor)} with this layer's update among {@code call}, which may be null. */
    public Tensor forward(Tensor input, ModuleUpdates call) {
        return updates.apply(input, forward(input), call);
    }
}

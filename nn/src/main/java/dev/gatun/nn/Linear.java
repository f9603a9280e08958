package dev.gatun.nn;

import dev.gatun.torch.FewRows;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * y = x Wᵀ + b ({@code torch.nn.Linear}). Parameters {@code weight} [out, in] and, if asked for, {@code bias} [out], both
 * drawn from U(-1/√in, 1/√in) as PyTorch does.
 */
public final class Linear extends Module {
    private final Parameter weight;
    private final Parameter bias;

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

    /** Maps [..., in] to [..., out], of the weight's type. */
    public Tensor forward(Tensor input) {
        return bias == null ? FewRows.linear(input, weight.get()) : Torch.linear(input, weight.get(), bias.get());
    }
}

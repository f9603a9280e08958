package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * x₁ᵀ W x₂ + b ({@code torch.nn.Bilinear}). Parameters {@code weight} [out, in1, in2] and, if asked for, {@code bias} [out],
 * both from U(-1/√in1, 1/√in1).
 */
public final class Bilinear extends Module {
    private final Parameter weight;
    private final Parameter bias;

    /** A float32 layer with bias on the CPU. */
    public Bilinear(long in1Features, long in2Features, long outFeatures) {
        this(in1Features, in2Features, outFeatures, true, null);
    }

    /** A layer with or without bias; {@code options} null means float32 on the CPU. */
    public Bilinear(long in1Features, long in2Features, long outFeatures, boolean bias, TensorOptions options) {
        double bound = 1 / Math.sqrt(in1Features);
        this.weight = registerParameter("weight", Init.uniform(bound, options, outFeatures, in1Features, in2Features));
        this.bias = bias ? registerParameter("bias", Init.uniform(bound, options, outFeatures)) : null;
    }

    /** {@code weight}, [out, in1, in2]. */
    public Parameter weight() {
        return weight;
    }

    /** {@code bias}, [out], or null. */
    public Parameter bias() {
        return bias;
    }

    /** Maps [..., in1] and [..., in2], alike in the other dimensions, to [..., out]. */
    public Tensor forward(Tensor input1, Tensor input2) {
        Tensor offset = bias == null ? null : bias.get();
        return call(in -> new Tensor[] {Torch.bilinear(in[0], in[1], weight.get(), offset)}, input1, input2)[0];
    }
}

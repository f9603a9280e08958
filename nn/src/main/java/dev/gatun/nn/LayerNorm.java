package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * (x - mean) / √(variance + eps) · weight + bias over the last dimension ({@code torch.nn.LayerNorm}, affine, biased
 * variance). Parameters {@code weight} [d], ones, and {@code bias} [d], zeros.
 */
public final class LayerNorm extends Module {
    /** PyTorch's default {@code eps}. */
    public static final double EPS = 1e-5;

    private final Parameter weight;
    private final Parameter bias;
    private final double eps;
    private final long[] normalizedShape;

    /** A float32 layer on the CPU with PyTorch's eps. */
    public LayerNorm(long features) {
        this(features, EPS, null);
    }

    /** A layer over {@code features}; {@code options} null means float32 on the CPU. */
    public LayerNorm(long features, double eps, TensorOptions options) {
        this.weight = registerParameter("weight", Init.ones(options, features));
        this.bias = registerParameter("bias", Init.zeros(options, features));
        this.eps = eps;
        this.normalizedShape = new long[] {features};
    }

    /** {@code weight}, [d]. */
    public Parameter weight() {
        return weight;
    }

    /** {@code bias}, [d]. */
    public Parameter bias() {
        return bias;
    }

    /** Normalises [..., d]: a new tensor of the same shape and type; statistics in float32 or better. */
    public Tensor forward(Tensor input) {
        return Torch.layer_norm(input, normalizedShape, weight.get(), bias.get(), eps);
    }
}

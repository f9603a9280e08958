package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * x / √(mean(x²) + eps) · weight over the last dimension: {@code torch.nn.RMSNorm}, and Hugging Face's
 * {@code T5LayerNorm}. No mean is subtracted, no bias added. Parameter {@code weight} [d], ones.
 */
public final class RMSNorm extends Module {
    private final Parameter weight;
    private final double eps;
    private final long[] normalizedShape;

    /** A layer over {@code features}; {@code options} null means float32 on the CPU. */
    public RMSNorm(long features, double eps, TensorOptions options) {
        this.weight = registerParameter("weight", Init.ones(options, features));
        this.eps = eps;
        this.normalizedShape = new long[] {features};
    }

    /** {@code weight}, [d]. */
    public Parameter weight() {
        return weight;
    }

    /** Normalises [..., d]: a new tensor of the same shape and type; lower precisions are raised to float32 inside. */
    public Tensor forward(Tensor input) {
        return Torch.rms_norm(input, normalizedShape, weight.get(), eps);
    }
}

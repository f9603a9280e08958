package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * x / √(mean(x²) + eps) · weight over the last dimension: {@code torch.nn.RMSNorm}, and Hugging Face's
 * {@code T5LayerNorm}. No mean is subtracted, no bias added. Parameter {@code weight} [d], ones.
 */
public final class RMSNorm extends Layer {
    private final Parameter weight;
    private final Double eps;
    private final long[] normalizedShape;

    /** A layer over {@code features}; {@code options} null means float32 on the CPU. */
    public RMSNorm(long features, double eps, TensorOptions options) {
        this(new long[] {features}, eps, true, options);
    }

    /**
     * A layer over the last dimensions, of {@code normalizedShape}, with or without a weight; {@code eps} null means the
     * smallest step of the input's type above 1, PyTorch's default; {@code options} null means float32 on the CPU.
     */
    public RMSNorm(long[] normalizedShape, Double eps, boolean elementwiseAffine, TensorOptions options) {
        this.weight = elementwiseAffine ? registerParameter("weight", Init.ones(options, normalizedShape)) : null;
        this.eps = eps;
        this.normalizedShape = normalizedShape.clone();
    }

    /** {@code weight}, of the normalised shape, or null. */
    public Parameter weight() {
        return weight;
    }

    /** Normalises [..., d]: a new tensor of the same shape and type; lower precisions are raised to float32 inside. */
    @Override
    protected Tensor compute(Tensor input) {
        return Torch.rms_norm(input, normalizedShape, weight == null ? null : weight.get(), eps);
    }
}

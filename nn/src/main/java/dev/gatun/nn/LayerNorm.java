package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * (x - mean) / √(variance + eps) · weight + bias over the last dimensions ({@code torch.nn.LayerNorm}, biased variance).
 * Parameters {@code weight}, ones, and {@code bias}, zeros, of the normalised shape.
 */
public final class LayerNorm extends Layer {
    /** PyTorch's default {@code eps}. */
    public static final double EPS = 1e-5;

    private final Parameter weight;
    private final Parameter bias;
    private final double eps;
    private final long[] normalizedShape;

    /** A float32 layer over the last dimension on the CPU with PyTorch's eps. */
    public LayerNorm(long features) {
        this(features, EPS, null);
    }

    /** A layer over {@code features}; {@code options} null means float32 on the CPU. */
    public LayerNorm(long features, double eps, TensorOptions options) {
        this(new long[] {features}, eps, true, true, options);
    }

    /**
     * A layer over the last dimensions, of {@code normalizedShape}, with or without parameters ({@code
     * elementwise_affine}) and bias; {@code options} null means float32 on the CPU.
     */
    public LayerNorm(
            long[] normalizedShape, double eps, boolean elementwiseAffine, boolean bias, TensorOptions options) {
        this.normalizedShape = normalizedShape.clone();
        this.eps = eps;
        this.weight = elementwiseAffine ? registerParameter("weight", Init.ones(options, normalizedShape)) : null;
        this.bias = elementwiseAffine && bias ? registerParameter("bias", Init.zeros(options, normalizedShape)) : null;
    }

    /** {@code weight}, or null. */
    public Parameter weight() {
        return weight;
    }

    /** {@code bias}, or null. */
    public Parameter bias() {
        return bias;
    }

    /** Normalises [..., d]: a new tensor of the same shape and type; statistics in float32 or better. */
    @Override
    protected Tensor compute(Tensor input) {
        Tensor scale = weight == null ? null : weight.get();
        return Torch.layer_norm(input, normalizedShape, scale, bias == null ? null : bias.get(), eps);
    }
}

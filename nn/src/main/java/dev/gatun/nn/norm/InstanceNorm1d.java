package dev.gatun.nn.norm;

import dev.gatun.torch.TensorOptions;

/**
 * Normalises each channel of each example of [B, C, L] ({@code torch.nn.InstanceNorm1d}), an example alone
 * without B too. By default it has neither parameters nor buffers; {@link NormOptions} adds those of a batch norm.
 */
public final class InstanceNorm1d extends InstanceNormBase {
    /** A layer with PyTorch's defaults. */
    public InstanceNorm1d(long numFeatures) {
        this(numFeatures, NormOptions.INSTANCE, null);
    }

    /** A layer; {@code options} null means float32 on the CPU. */
    public InstanceNorm1d(long numFeatures, NormOptions norm, TensorOptions options) {
        super(2, numFeatures, norm, options);
    }
}

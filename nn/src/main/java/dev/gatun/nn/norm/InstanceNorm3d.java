package dev.gatun.nn.norm;

import dev.gatun.torch.TensorOptions;

/**
 * Normalises each channel of each example of [B, C, D, H, W] ({@code torch.nn.InstanceNorm3d}), an example alone
 * without B too. By default it has neither parameters nor buffers; {@link NormOptions} adds those of a batch norm.
 */
public final class InstanceNorm3d extends InstanceNormBase {
    /** A layer with PyTorch's defaults. */
    public InstanceNorm3d(long numFeatures) {
        this(numFeatures, NormOptions.INSTANCE, null);
    }

    /** A layer; {@code options} null means float32 on the CPU. */
    public InstanceNorm3d(long numFeatures, NormOptions norm, TensorOptions options) {
        super(4, numFeatures, norm, options);
    }
}

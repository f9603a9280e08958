package dev.gatun.nn.norm;

import dev.gatun.torch.TensorOptions;

/**
 * Normalises each channel of [B, C, D, H, W] over the batch in training, by running statistics in evaluation
 * ({@code torch.nn.BatchNorm3d}). Parameters {@code weight} (ones) and {@code bias} (zeros) [C]; buffers {@code running_mean},
 * {@code running_var}, {@code num_batches_tracked}.
 */
public final class BatchNorm3d extends BatchNormBase {
    /** A float32 layer on the CPU with PyTorch's defaults. */
    public BatchNorm3d(long numFeatures) {
        this(numFeatures, NormOptions.BATCH, null);
    }

    /** A layer; {@code options} null means float32 on the CPU. */
    public BatchNorm3d(long numFeatures, NormOptions norm, TensorOptions options) {
        super(5, 5, numFeatures, norm, options);
    }
}

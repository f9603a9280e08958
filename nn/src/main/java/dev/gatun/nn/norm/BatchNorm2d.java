package dev.gatun.nn.norm;

import dev.gatun.torch.TensorOptions;

/**
 * Normalises each channel of [B, C, H, W] over the batch in training, by running statistics in evaluation
 * ({@code torch.nn.BatchNorm2d}). Parameters {@code weight} (ones) and {@code bias} (zeros) [C]; buffers {@code running_mean},
 * {@code running_var}, {@code num_batches_tracked}.
 */
public final class BatchNorm2d extends BatchNormBase {
    /** A float32 layer on the CPU with PyTorch's defaults. */
    public BatchNorm2d(long numFeatures) {
        this(numFeatures, NormOptions.BATCH, null);
    }

    /** A layer; {@code options} null means float32 on the CPU. */
    public BatchNorm2d(long numFeatures, NormOptions norm, TensorOptions options) {
        super(4, 4, numFeatures, norm, options);
    }
}

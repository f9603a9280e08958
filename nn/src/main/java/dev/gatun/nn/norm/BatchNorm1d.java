package dev.gatun.nn.norm;

import dev.gatun.torch.TensorOptions;

/**
 * Normalises each channel of [B, C] or [B, C, L] over the batch in training, by running statistics in evaluation
 * ({@code torch.nn.BatchNorm1d}). Parameters {@code weight} (ones) and {@code bias} (zeros) [C]; buffers {@code running_mean},
 * {@code running_var}, {@code num_batches_tracked}.
 */
public final class BatchNorm1d extends BatchNormBase {
    /** A float32 layer on the CPU with PyTorch's defaults. */
    public BatchNorm1d(long numFeatures) {
        this(numFeatures, NormOptions.BATCH, null);
    }

    /** A layer; {@code options} null means float32 on the CPU. */
    public BatchNorm1d(long numFeatures, NormOptions norm, TensorOptions options) {
        super(2, 3, numFeatures, norm, options);
    }
}

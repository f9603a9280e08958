package dev.gatun.nn.norm;

import dev.gatun.torch.GradMode;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** What the batch norms share. */
abstract class BatchNormBase extends ChannelNorm {
    BatchNormBase(int leastDim, int mostDim, long channels, NormOptions norm, TensorOptions options) {
        super(leastDim, mostDim, channels, norm, options);
    }

    @Override
    final Tensor normalize(
            Tensor input, Tensor weight, Tensor bias, boolean ownStatistics, double momentum, double eps) {
        return Torch.batch_norm(input, weight, bias, runningMean(), runningVar(), ownStatistics, momentum, eps, true);
    }

    /** Counts the batch; without a momentum it weighs as much as each one before. */
    @Override
    final double momentum(Double given) {
        try (GradMode _ = Torch.noGrad()) {
            Tensor count = buffer("num_batches_tracked").add_(1);
            return given != null ? given : 1.0 / count.item().longValue();
        }
    }
}

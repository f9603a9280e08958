package dev.gatun.nn.norm;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** What the instance norms share. */
abstract class InstanceNormBase extends ChannelNorm {
    private final int singleDim;

    /** {@code singleDim} is how many dimensions an example has without a batch. */
    InstanceNormBase(int singleDim, long channels, NormOptions norm, TensorOptions options) {
        super(singleDim, singleDim + 1, channels, norm, options);
        this.singleDim = singleDim;
    }

    @Override
    final Tensor normalize(
            Tensor input, Tensor weight, Tensor bias, boolean ownStatistics, double momentum, double eps) {
        boolean single = input.dim() == singleDim;
        Tensor result = Torch.instance_norm(
                single ? input.unsqueeze(0) : input,
                weight,
                bias,
                runningMean(),
                runningVar(),
                ownStatistics,
                momentum,
                eps,
                true);
        return single ? result.squeeze(0) : result;
    }

    /** PyTorch's instance norms count no batches, and without a momentum leave the statistics as they are. */
    @Override
    final double momentum(Double given) {
        return given == null ? 0 : given;
    }
}

package dev.gatun.nn.norm;

import dev.gatun.nn.Init;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.Arrays;

/** What batch and instance norms share: one weight, bias and pair of statistics a channel. */
abstract class ChannelNorm extends Layer {
    private final Parameter weight;
    private final Parameter bias;
    private final NormOptions norm;
    private final int leastDim;
    private final int mostDim;

    ChannelNorm(int leastDim, int mostDim, long channels, NormOptions norm, TensorOptions options) {
        this.norm = norm;
        this.leastDim = leastDim;
        this.mostDim = mostDim;
        weight = norm.affine() ? registerParameter("weight", Init.ones(options, channels)) : null;
        bias = norm.affine() ? registerParameter("bias", Init.zeros(options, channels)) : null;
        if (norm.trackRunningStats()) {
            TensorOptions floating = options == null ? DType.FLOAT32 : options;
            registerBuffer("running_mean", Torch.zeros(new long[] {channels}, floating));
            registerBuffer("running_var", Torch.ones(new long[] {channels}, floating));
            registerBuffer(
                    "num_batches_tracked", Torch.zeros(new long[0], TensorOptions.of(DType.INT64, floating.device())));
        }
    }

    /** {@code weight}, [C], or null. */
    public final Parameter weight() {
        return weight;
    }

    /** {@code bias}, [C], or null. */
    public final Parameter bias() {
        return bias;
    }

    /** The mean of each channel over the batches seen, [C], or null; ask again after a change of type. */
    public final Tensor runningMean() {
        return buffer("running_mean");
    }

    /** The variance likewise. */
    public final Tensor runningVar() {
        return buffer("running_var");
    }

    /** libtorch's op; {@code ownStatistics} says whether the input's are used. */
    abstract Tensor normalize(
            Tensor input, Tensor weight, Tensor bias, boolean ownStatistics, double momentum, double eps);

    /** The same shape and type; in training the running statistics move. */
    @Override
    protected final Tensor compute(Tensor input) {
        if (input.dim() < leastDim || input.dim() > mostDim) {
            throw new IllegalArgumentException(getClass().getSimpleName() + " takes an input of " + leastDim
                    + (leastDim == mostDim ? "" : " or " + mostDim) + " dimensions, got "
                    + Arrays.toString(input.shape()));
        }
        double momentum = isTraining() && norm.trackRunningStats() ? momentum(norm.momentum()) : 0;
        return normalize(
                input,
                weight == null ? null : weight.get(),
                bias == null ? null : bias.get(),
                isTraining() || !norm.trackRunningStats(),
                momentum,
                norm.eps());
    }

    /** How far this batch moves the statistics; {@code given} may be null. */
    abstract double momentum(Double given);
}

package dev.gatun.nn.norm;

import dev.gatun.nn.Init;
import dev.gatun.nn.Layer;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * Normalises groups of channels of each example of [B, C, ...] ({@code torch.nn.GroupNorm}). Parameters {@code weight} (ones)
 * and {@code bias} (zeros) [C].
 */
public final class GroupNorm extends Layer {
    private final long groups;
    private final double eps;
    private final Parameter weight;
    private final Parameter bias;

    /** A float32 layer on the CPU with PyTorch's eps, 1e-5. */
    public GroupNorm(long numGroups, long numChannels) {
        this(numGroups, numChannels, 1e-5, true, null);
    }

    /**
     * A layer with or without parameters; {@code options} null means float32 on the CPU.
     *
     * @throws IllegalArgumentException unless the channels can be cut into the groups
     */
    public GroupNorm(long numGroups, long numChannels, double eps, boolean affine, TensorOptions options) {
        if (numGroups < 1 || numChannels % numGroups != 0) {
            throw new IllegalArgumentException(
                    "the channels, " + numChannels + ", must be a multiple of the groups, " + numGroups);
        }
        this.groups = numGroups;
        this.eps = eps;
        weight = affine ? registerParameter("weight", Init.ones(options, numChannels)) : null;
        bias = affine ? registerParameter("bias", Init.zeros(options, numChannels)) : null;
    }

    /** {@code weight}, [C], or null. */
    public Parameter weight() {
        return weight;
    }

    /** {@code bias}, [C], or null. */
    public Parameter bias() {
        return bias;
    }

    @Override
    protected Tensor compute(Tensor input) {
        return weight == null
                ? Torch.group_norm(input, groups, null, null, eps)
                : Torch.group_norm(input, groups, weight.get(), bias.get(), eps);
    }
}

package dev.gatun.nn.conv;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * Slides a window over [B, in, D, H, W] ({@code torch.nn.Conv3d}). Parameters {@code weight} [out, in / groups, kernel...] and
 * {@code bias} [out], drawn as PyTorch draws them.
 */
public final class Conv3d extends ConvNd {
    /** A float32 layer with bias on the CPU, stride 1, no padding. */
    public Conv3d(long inChannels, long outChannels, long... kernelSize) {
        this(inChannels, outChannels, ConvOptions.kernel(kernelSize), null);
    }

    /**
     * A layer; {@code options} null means float32 on the CPU.
     *
     * @throws IllegalArgumentException if sizes or groups do not fit
     */
    public Conv3d(long inChannels, long outChannels, ConvOptions conv, TensorOptions options) {
        super(3, inChannels, outChannels, conv, options);
    }

    @Override
    Tensor convolve(
            Tensor input, Tensor weight, Tensor bias, long[] stride, long[] padding, long[] dilation, long groups) {
        return padding == null
                ? Torch.conv3d(input, weight, bias, stride, "same", dilation, groups)
                : Torch.conv3d(input, weight, bias, stride, padding, dilation, groups);
    }
}

package dev.gatun.nn.conv;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/**
 * The gradient of a convolution as a layer of its own, over [B, in, D, H, W] ({@code torch.nn.ConvTranspose3d}). Parameters
 * {@code weight} [in, out / groups, kernel...] and {@code bias} [out], drawn as PyTorch draws them.
 */
public final class ConvTranspose3d extends ConvTransposeNd {
    /** A float32 layer with bias on the CPU, stride 1, no padding. */
    public ConvTranspose3d(long inChannels, long outChannels, long... kernelSize) {
        this(inChannels, outChannels, ConvTransposeOptions.kernel(kernelSize), null);
    }

    /**
     * A layer; {@code options} null means float32 on the CPU.
     *
     * @throws IllegalArgumentException if sizes or groups do not fit
     */
    public ConvTranspose3d(long inChannels, long outChannels, ConvTransposeOptions conv, TensorOptions options) {
        super(3, inChannels, outChannels, conv, options);
    }

    @Override
    Tensor convolve(Tensor input, Tensor weight, Tensor bias) {
        return Torch.conv_transpose3d(input, weight, bias, stride, padding, outputPadding, groups, dilation);
    }
}

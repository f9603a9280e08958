package dev.gatun.nn.conv;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/** What transposed convolutions of one to three dimensions share. */
abstract class ConvTransposeNd extends Layer {
    private final Parameter weight;
    private final Parameter bias;
    final long[] stride;
    final long[] padding;
    final long[] outputPadding;
    final long[] dilation;
    final long groups;

    ConvTransposeNd(int dims, long in, long out, ConvTransposeOptions conv, TensorOptions options) {
        long[] kernel = Sizes.each("kernelSize", conv.kernelSize(), dims, 1);
        stride = Sizes.each("stride", conv.stride(), dims, 1);
        padding = Sizes.each("padding", conv.padding(), dims, 0);
        outputPadding = Sizes.each("outputPadding", conv.outputPadding(), dims, 0);
        dilation = Sizes.each("dilation", conv.dilation(), dims, 1);
        groups = conv.groups();
        ConvParameters.requireGroups(in, out, groups);
        ConvParameters drawn = ConvParameters.draw(in, out / groups, out, kernel, conv.bias(), options);
        weight = registerParameter("weight", drawn.weight());
        bias = drawn.bias() == null ? null : registerParameter("bias", drawn.bias());
    }

    /** {@code weight}, [in, out / groups, kernel...]. */
    public final Parameter weight() {
        return weight;
    }

    /** {@code bias}, [out], or null. */
    public final Parameter bias() {
        return bias;
    }

    /** libtorch's op. */
    abstract Tensor convolve(Tensor input, Tensor weight, Tensor bias);

    /** [B, in, size...] or [in, size...] to the same with out channels and the sizes that PyTorch's formula gives. */
    @Override
    protected final Tensor compute(Tensor input) {
        return convolve(input, weight.get(), bias == null ? null : bias.get());
    }
}

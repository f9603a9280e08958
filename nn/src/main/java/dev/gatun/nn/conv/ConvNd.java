package dev.gatun.nn.conv;

import dev.gatun.nn.Layer;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.internal.Sizes;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import java.util.Arrays;
import java.util.List;

/** What convolutions of one to three dimensions share. */
abstract class ConvNd extends Layer {
    private static final List<String> MODES = List.of("zeros", "reflect", "replicate", "circular");

    private final Parameter weight;
    private final Parameter bias;
    private final long[] stride;
    private final long[] padding;
    private final long[] dilation;
    private final long groups;
    private final String mode;
    private final long[] around;

    ConvNd(int dims, long in, long out, ConvOptions conv, TensorOptions options) {
        long[] kernel = Sizes.each("kernelSize", conv.kernelSize(), dims, 1);
        stride = Sizes.each("stride", conv.stride(), dims, 1);
        dilation = Sizes.each("dilation", conv.dilation(), dims, 1);
        padding = conv.padding() == null ? null : Sizes.each("padding", conv.padding(), dims, 0);
        groups = conv.groups();
        mode = conv.paddingMode();
        if (!MODES.contains(mode)) {
            throw new IllegalArgumentException("paddingMode is one of " + MODES + ", not " + mode);
        }
        if (padding == null && Arrays.stream(stride).anyMatch(n -> n > 1)) {
            throw new IllegalArgumentException("padding that keeps the size goes with stride 1 only");
        }
        ConvParameters.requireGroups(in, out, groups);
        ConvParameters drawn = ConvParameters.draw(out, in / groups, out, kernel, conv.bias(), options);
        weight = registerParameter("weight", drawn.weight());
        bias = drawn.bias() == null ? null : registerParameter("bias", drawn.bias());
        around = around(kernel);
    }

    /** The padding as {@code F.pad} wants it: both sides of the last dimension first. */
    private long[] around(long[] kernel) {
        int dims = kernel.length;
        long[] all = new long[2 * dims];
        for (int i = 0; i < dims; i++) {
            long total = padding == null ? dilation[i] * (kernel[i] - 1) : 2 * padding[i];
            all[2 * (dims - 1 - i)] = total / 2;
            all[2 * (dims - 1 - i) + 1] = total - total / 2;
        }
        return all;
    }

    /** {@code weight}, [out, in / groups, kernel...]. */
    public final Parameter weight() {
        return weight;
    }

    /** {@code bias}, [out], or null. */
    public final Parameter bias() {
        return bias;
    }

    /** libtorch's op; {@code padding} null means "same". */
    abstract Tensor convolve(
            Tensor input, Tensor weight, Tensor bias, long[] stride, long[] padding, long[] dilation, long groups);

    /** [B, in, size...] or [in, size...] to the same with out channels and the sizes that PyTorch's formula gives. */
    @Override
    protected final Tensor compute(Tensor input) {
        Tensor offset = bias == null ? null : bias.get();
        if (mode.equals("zeros")) {
            return convolve(input, weight.get(), offset, stride, padding, dilation, groups);
        }
        // pad() wants a batch dimension for these modes.
        boolean single = input.dim() == stride.length + 1;
        Tensor padded = (single ? input.unsqueeze(0) : input).pad(around, mode);
        Tensor result = convolve(padded, weight.get(), offset, stride, new long[stride.length], dilation, groups);
        return single ? result.squeeze(0) : result;
    }
}

package dev.gatun.nn.conv;

import dev.gatun.nn.Init;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.TensorOptions;

/** The weight and bias of a convolution, as PyTorch draws them: from U(-1/√n, 1/√n), n the inputs of one window. */
record ConvParameters(Parameter weight, Parameter bias) {
    /** {@code first} and {@code second} are the weight's leading dimensions, {@code out} the bias's. */
    static ConvParameters draw(long first, long second, long out, long[] kernel, boolean bias, TensorOptions options) {
        long fanIn = second;
        long[] shape = new long[2 + kernel.length];
        shape[0] = first;
        shape[1] = second;
        for (int i = 0; i < kernel.length; i++) {
            shape[2 + i] = kernel[i];
            fanIn *= kernel[i];
        }
        double bound = 1 / Math.sqrt(fanIn);
        return new ConvParameters(Init.uniform(bound, options, shape), bias ? Init.uniform(bound, options, out) : null);
    }

    /** @throws IllegalArgumentException unless both numbers of channels can be cut into {@code groups} */
    static void requireGroups(long in, long out, long groups) {
        if (groups < 1 || in < 1 || out < 1 || in % groups != 0 || out % groups != 0) {
            throw new IllegalArgumentException(
                    "channels, here " + in + " in and " + out + " out, are multiples of the groups, here " + groups);
        }
    }
}

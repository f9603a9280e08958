package dev.gatun.nn.conv;

/**
 * What a transposed convolution may be told besides its channels; defaults are PyTorch's. Sizes are one number, or one
 * for each spatial dimension.
 *
 * @param kernelSize the size of the window
 * @param stride how far it moves, default 1
 * @param padding how much is cut off on both sides, default 0
 * @param outputPadding how much is added to the result on one side, default 0
 * @param dilation the distance between the window's elements, default 1
 * @param groups into how many independent groups the channels are cut, default 1
 * @param bias whether there is a bias, default true
 */
public record ConvTransposeOptions(
        long[] kernelSize,
        long[] stride,
        long[] padding,
        long[] outputPadding,
        long[] dilation,
        long groups,
        boolean bias) {
    /** A window of this size, everything else at its default. */
    public static ConvTransposeOptions kernel(long... size) {
        return new ConvTransposeOptions(size, new long[] {1}, new long[] {0}, new long[] {0}, new long[] {1}, 1, true);
    }

    /** With this stride. */
    public ConvTransposeOptions withStride(long... stride) {
        return new ConvTransposeOptions(kernelSize, stride, padding, outputPadding, dilation, groups, bias);
    }

    /** With so much cut off. */
    public ConvTransposeOptions withPadding(long... padding) {
        return new ConvTransposeOptions(kernelSize, stride, padding, outputPadding, dilation, groups, bias);
    }

    /** With so much added at the end. */
    public ConvTransposeOptions withOutputPadding(long... outputPadding) {
        return new ConvTransposeOptions(kernelSize, stride, padding, outputPadding, dilation, groups, bias);
    }

    /** With this dilation. */
    public ConvTransposeOptions withDilation(long... dilation) {
        return new ConvTransposeOptions(kernelSize, stride, padding, outputPadding, dilation, groups, bias);
    }

    /** With so many groups. */
    public ConvTransposeOptions withGroups(long groups) {
        return new ConvTransposeOptions(kernelSize, stride, padding, outputPadding, dilation, groups, bias);
    }

    /** Without bias. */
    public ConvTransposeOptions withoutBias() {
        return new ConvTransposeOptions(kernelSize, stride, padding, outputPadding, dilation, groups, false);
    }
}

package dev.gatun.nn.conv;

/**
 * What a convolution may be told besides its channels; defaults are PyTorch's. Sizes are one number, or one for each
 * spatial dimension.
 *
 * @param kernelSize the size of the window
 * @param stride how far it moves, default 1
 * @param padding how much is added on both sides, default 0; null means as much as keeps the size ({@code "same"})
 * @param paddingMode what is added: {@code zeros} (default), {@code reflect}, {@code replicate}, {@code circular}
 * @param dilation the distance between the window's elements, default 1
 * @param groups into how many independent groups the channels are cut, default 1
 * @param bias whether there is a bias, default true
 */
public record ConvOptions(
        long[] kernelSize,
        long[] stride,
        long[] padding,
        String paddingMode,
        long[] dilation,
        long groups,
        boolean bias) {
    /** A window of this size, everything else at its default. */
    public static ConvOptions kernel(long... size) {
        return new ConvOptions(size, new long[] {1}, new long[] {0}, "zeros", new long[] {1}, 1, true);
    }

    /** With this stride. */
    public ConvOptions withStride(long... stride) {
        return new ConvOptions(kernelSize, stride, padding, paddingMode, dilation, groups, bias);
    }

    /** With this padding on both sides. */
    public ConvOptions withPadding(long... padding) {
        return new ConvOptions(kernelSize, stride, padding, paddingMode, dilation, groups, bias);
    }

    /** With as much padding as keeps the size ({@code padding="same"}); the stride must be 1. */
    public ConvOptions withSamePadding() {
        return new ConvOptions(kernelSize, stride, null, paddingMode, dilation, groups, bias);
    }

    /** With this kind of padding. */
    public ConvOptions withPaddingMode(String paddingMode) {
        return new ConvOptions(kernelSize, stride, padding, paddingMode, dilation, groups, bias);
    }

    /** With this dilation. */
    public ConvOptions withDilation(long... dilation) {
        return new ConvOptions(kernelSize, stride, padding, paddingMode, dilation, groups, bias);
    }

    /** With so many groups. */
    public ConvOptions withGroups(long groups) {
        return new ConvOptions(kernelSize, stride, padding, paddingMode, dilation, groups, bias);
    }

    /** Without bias. */
    public ConvOptions withoutBias() {
        return new ConvOptions(kernelSize, stride, padding, paddingMode, dilation, groups, false);
    }
}

package dev.gatun.nn.pooling;

/**
 * The window of a max pooling; defaults are PyTorch's. Sizes are one number, or one for each spatial dimension.
 *
 * @param kernelSize the size of the window
 * @param stride how far it moves; null means the kernel's size
 * @param padding how much -inf is added on both sides, default 0
 * @param dilation the distance between the window's elements, default 1
 * @param ceilMode whether a window may begin in the input and end outside, default false
 */
public record MaxPoolOptions(long[] kernelSize, long[] stride, long[] padding, long[] dilation, boolean ceilMode) {
    /** A window of this size, everything else at its default. */
    public static MaxPoolOptions kernel(long... size) {
        return new MaxPoolOptions(size, null, new long[] {0}, new long[] {1}, false);
    }

    /** With this stride. */
    public MaxPoolOptions withStride(long... stride) {
        return new MaxPoolOptions(kernelSize, stride, padding, dilation, ceilMode);
    }

    /** With this padding on both sides. */
    public MaxPoolOptions withPadding(long... padding) {
        return new MaxPoolOptions(kernelSize, stride, padding, dilation, ceilMode);
    }

    /** With this dilation. */
    public MaxPoolOptions withDilation(long... dilation) {
        return new MaxPoolOptions(kernelSize, stride, padding, dilation, ceilMode);
    }

    /** With or without windows that end outside. */
    public MaxPoolOptions withCeilMode(boolean ceilMode) {
        return new MaxPoolOptions(kernelSize, stride, padding, dilation, ceilMode);
    }
}

package dev.gatun.nn.pooling;

/**
 * The window of an average pooling; defaults are PyTorch's. Sizes are one number, or one for each spatial dimension.
 *
 * @param kernelSize the size of the window
 * @param stride how far it moves; null means the kernel's size
 * @param padding how many zeros are added on both sides, default 0
 * @param ceilMode whether a window may begin in the input and end outside, default false
 * @param countIncludePad whether the added zeros count in the average, default true
 */
public record AvgPoolOptions(
        long[] kernelSize, long[] stride, long[] padding, boolean ceilMode, boolean countIncludePad) {
    /** A window of this size, everything else at its default. */
    public static AvgPoolOptions kernel(long... size) {
        return new AvgPoolOptions(size, null, new long[] {0}, false, true);
    }

    /** With this stride. */
    public AvgPoolOptions withStride(long... stride) {
        return new AvgPoolOptions(kernelSize, stride, padding, ceilMode, countIncludePad);
    }

    /** With this padding on both sides. */
    public AvgPoolOptions withPadding(long... padding) {
        return new AvgPoolOptions(kernelSize, stride, padding, ceilMode, countIncludePad);
    }

    /** With or without windows that end outside. */
    public AvgPoolOptions withCeilMode(boolean ceilMode) {
        return new AvgPoolOptions(kernelSize, stride, padding, ceilMode, countIncludePad);
    }

    /** With or without the padding in the average. */
    public AvgPoolOptions withCountIncludePad(boolean countIncludePad) {
        return new AvgPoolOptions(kernelSize, stride, padding, ceilMode, countIncludePad);
    }
}

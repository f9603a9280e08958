package dev.gatun.hart.experiment;

import java.util.Locale;
import java.util.OptionalLong;

/** A mean with its 95 % interval. */
public record Interval(double mean, double low, double high) {
    /** Whether all of it lies above 0. */
    boolean positive() {
        return low > 0;
    }

    /** Whether all of it lies below 0. */
    boolean negative() {
        return high < 0;
    }

    /**
     * For an interval of {@code seeds} seeds that contains 0: about how many would bring it to one side, if mean and spread
     * stayed as they are. Empty if it does not contain 0 or has no bounds.
     */
    OptionalLong seedsToDecide(int seeds) {
        double half = (high - low) / 2;
        return positive() || negative() || mean == 0 || Double.isInfinite(half)
                ? OptionalLong.empty()
                : OptionalLong.of((long) Math.ceil(seeds * Math.pow(half / mean, 2)));
    }

    /** Of shares, in percent: {@code 12.3 [4.5, 21.0]}. */
    String percent() {
        return String.format(Locale.ROOT, "%.1f [%.1f, %.1f]", 100 * mean, 100 * low, 100 * high);
    }

    /** Of logarithms of ratios, as ratios: {@code 0.85 [0.60, 1.20]}. */
    String ratio() {
        return String.format(Locale.ROOT, "%.2f [%.2f, %.2f]", Math.exp(mean), Math.exp(low), Math.exp(high));
    }

    /** As {@code +0.123 [+0.045, +0.210]}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%+.3f [%+.3f, %+.3f]", mean, low, high);
    }
}

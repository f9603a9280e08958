package dev.gatun.data.internal;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/** Percentile intervals of a statistic over resampled units (Efron, 1979). */
public final class Bootstrap {
    private static final int RESAMPLES = 10_000;
    private static final double TAIL = 0.025;

    private Bootstrap() {}

    /** The 2.5 % and 97.5 % percentiles of the mean over values drawn with replacement. */
    public static double[] interval(double[] values, long seed) {
        return interval(seed, random -> {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[random.nextInt(values.length)];
            }
            return sum / values.length;
        });
    }

    /** The same of any statistic that resamples with the random numbers it is given. */
    public static double[] interval(long seed, ToDoubleFunction<CounterRandom> statistic) {
        double[] results = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            results[r] = statistic.applyAsDouble(new CounterRandom(seed, r, 0));
        }
        Arrays.sort(results);
        return new double[] {percentile(results, TAIL), percentile(results, 1 - TAIL)};
    }

    // Linear interpolation between the neighbours, NumPy's default.
    private static double percentile(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}

package dev.gatun.hart.experiment;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Means with their uncertainty, and what makes a curve rough. */
final class Statistics {
    private static final int RESAMPLES = 10_000;
    private static final int WINDOW = 25;
    private static final double SPIKE = 4;
    /** Student's t at 97.5 % for 1 to 9 degrees of freedom. */
    private static final double[] T = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};

    private Statistics() {}

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** Student's interval of the mean of one value a seed; without bounds for one seed. */
    static Interval overSeeds(double[] values) {
        double mean = mean(values);
        int n = values.length;
        if (n < 2) {
            return new Interval(mean, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double half = T[Math.min(n - 2, T.length - 1)] * Math.sqrt(squares / (n - 1) / n);
        return new Interval(mean, mean - half, mean + half);
    }

    /**
     * The interval of the mean of {@code values[seed][task]}, by drawing seeds and tasks anew, each with replacement: both
     * are samples of many, and the same tasks meet all seeds. This is wider than drawing the pairs, and errs on that side.
     */
    static Interval overSeedsAndTasks(double[][] values) {
        SplittableRandom random = new SplittableRandom(1);
        int seeds = values.length;
        int tasks = values[0].length;
        double[] means = new double[RESAMPLES];
        int[] columns = new int[tasks];
        for (int i = 0; i < RESAMPLES; i++) {
            Arrays.setAll(columns, _ -> random.nextInt(tasks));
            double sum = 0;
            for (int s = 0; s < seeds; s++) {
                double[] row = values[random.nextInt(seeds)];
                for (int column : columns) {
                    sum += row[column];
                }
            }
            means[i] = sum / (seeds * tasks);
        }
        Arrays.sort(means);
        double mean =
                Arrays.stream(values).mapToDouble(Statistics::mean).average().orElseThrow();
        return new Interval(mean, means[RESAMPLES / 40], means[RESAMPLES - 1 - RESAMPLES / 40]);
    }

    /** Element by element. */
    static double[][] difference(double[][] first, double[][] second) {
        double[][] result = new double[first.length][];
        for (int s = 0; s < first.length; s++) {
            double[] one = first[s];
            double[] other = second[s];
            result[s] = new double[one.length];
            Arrays.setAll(result[s], i -> one[i] - other[i]);
        }
        return result;
    }

    /** A curve less the median of the {@value #WINDOW} steps around each step. */
    static double[] detrended(double[] curve) {
        double[] rest = new double[curve.length];
        for (int i = 0; i < curve.length; i++) {
            int begin = Math.max(0, Math.min(i - WINDOW / 2, curve.length - WINDOW));
            rest[i] = curve[i] - median(Arrays.copyOfRange(curve, begin, Math.min(curve.length, begin + WINDOW)));
        }
        return rest;
    }

    static double variance(double[] values) {
        double mean = mean(values);
        return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / Math.max(1, values.length - 1);
    }

    /** How many values lie more than four times the median absolute deviation above the median. */
    static long spikes(double[] values) {
        double middle = median(values);
        double deviation =
                median(Arrays.stream(values).map(v -> Math.abs(v - middle)).toArray());
        return Arrays.stream(values).filter(v -> v - middle > SPIKE * deviation).count();
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    }

    /** The first step from which on the mean of {@value #WINDOW} losses is below {@code threshold}, or their number. */
    static int stepsTo(double[] losses, double threshold) {
        double sum = 0;
        for (int i = 0; i < losses.length; i++) {
            sum += losses[i] - (i >= WINDOW ? losses[i - WINDOW] : 0);
            if (i >= WINDOW - 1 && sum / WINDOW < threshold) {
                return i + 1;
            }
        }
        return losses.length;
    }
}

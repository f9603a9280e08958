package dev.gatun.hart.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What runs of the same kind reached in a column.
 *
 * @param runs their number
 * @param mean the mean of their scores
 * @param deviation the standard deviation between runs; NaN for one run
 * @param interval a single run's 95 % interval, or null
 */
record OurFigure(int runs, double mean, double deviation, double[] interval) {
    /** The figure, or null if no run has a score there. */
    static OurFigure of(List<RunData> runs, String column) {
        List<RunData> scored = runs.stream()
                .filter(run -> !Double.isNaN(Scores.score(run, column)))
                .toList();
        if (scored.isEmpty()) {
            return null;
        }
        double[] scores =
                scored.stream().mapToDouble(run -> Scores.score(run, column)).toArray();
        double mean = Arrays.stream(scores).average().orElseThrow();
        double squares = Arrays.stream(scores).map(s -> (s - mean) * (s - mean)).sum();
        return new OurFigure(
                scores.length,
                mean,
                Math.sqrt(squares / (scores.length - 1)),
                scores.length == 1 ? Scores.interval(scored.getFirst(), column) : null);
    }

    /** As a table shows it. */
    String text() {
        if (runs > 1) {
            return String.format(Locale.ROOT, "%.1f ±%.1f", mean, deviation);
        }
        return Scores.one(mean)
                + (interval == null ? "" : String.format(Locale.ROOT, " [%.1f, %.1f]", interval[0], interval[1]));
    }
}

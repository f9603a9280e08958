package dev.gatun.hart.report;

import java.util.List;

/**
 * A noisy curve as it can be read: at some of its points the mean over a window, and how far single steps are from it.
 *
 * @param window how many steps a mean is over; 1 for a curve that is shown as it is
 * @param steps the points' steps
 * @param means the mean at each
 * @param deviations the standard deviation within the window; all 0 for a window of 1
 */
record Curve(int window, double[] steps, double[] means, double[] deviations) {
    private static final int MOST_POINTS = 240;
    private static final int WINDOWS = 25;

    /** The curve of {@code series}, smoothed if {@code noisy}. */
    static Curve of(Metrics.Series series, boolean noisy) {
        int n = series.values().size();
        int window = noisy ? Math.max(1, 2 * (n / WINDOWS / 2) + 1) : 1;
        int points = Math.min(n, MOST_POINTS);
        Curve curve = new Curve(window, new double[points], new double[points], new double[points]);
        for (int p = 0; p < points; p++) {
            int at = points == 1 ? 0 : (int) Math.round((double) p * (n - 1) / (points - 1));
            // At the steep begin the window is shorter on both sides, so that means do not lag; at the end on one side.
            int half = Math.min(window / 2, at);
            List<Double> values = series.values().subList(at - half, Math.min(n, at + half + 1));
            curve.fill(p, series.steps().get(at), values);
        }
        return curve;
    }

    private void fill(int point, double step, List<Double> values) {
        double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        double squares =
                values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        steps[point] = step;
        means[point] = mean;
        deviations[point] = values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1));
    }

    /** Points of the curve. */
    int size() {
        return steps.length;
    }
}

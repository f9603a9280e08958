package dev.gatun.data;

import dev.gatun.data.internal.Bootstrap;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The mean of a score over tasks with its 95 % bootstrap interval; tasks are what is resampled, as in
 * {@link PairedDifference}.
 *
 * @param mean the mean over tasks, in the score's unit
 * @param low the 2.5 % percentile of the resampled means
 * @param high the 97.5 % percentile of the resampled means
 * @param tasks the number of tasks
 */
public record ScoreInterval(double mean, double low, double high, int tasks) {
    /**
     * Resamples the tasks' scores.
     *
     * @param scores the score of each task, such as {@code evaluation.perTask(Scores::rougeL)}; at least one
     * @param seed the seed of the resampling; the same seed and scores give the same interval, whatever the map's order
     * @return mean and interval
     * @throws IllegalArgumentException if there is no task
     */
    public static ScoreInterval of(Map<String, Double> scores, long seed) {
        if (scores.isEmpty()) {
            throw new IllegalArgumentException("an interval needs the score of at least one task, got none");
        }
        double[] values = new TreeMap<>(scores)
                .values().stream().mapToDouble(Double::doubleValue).toArray();
        double[] interval = Bootstrap.interval(values, seed);
        return new ScoreInterval(
                Arrays.stream(values).average().orElseThrow(), interval[0], interval[1], values.length);
    }
}

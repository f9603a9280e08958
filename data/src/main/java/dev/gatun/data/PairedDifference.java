package dev.gatun.data;

import dev.gatun.data.internal.Bootstrap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The mean over tasks of what one system scores above another on the same task, with its 95 % bootstrap interval.
 *
 * <p>Tasks are what is resampled, since instances of one task stand or fall together: the interval tells what to expect of
 * other tasks, not of other instances.
 *
 * @param mean the mean difference, in the scores' unit
 * @param low the 2.5 % percentile of the resampled means
 * @param high the 97.5 % percentile of the resampled means
 * @param tasks the number of tasks
 */
public record PairedDifference(double mean, double low, double high, int tasks) {
    /**
     * Compares two systems, task by task.
     *
     * @param right the scores by task of the system expected to be better
     * @param wrong the scores of the other on the same tasks
     * @param seed the seed of the resampling; the same seed and scores give the same interval, whatever the maps' order
     * @return mean and interval of right minus wrong
     * @throws IllegalArgumentException if there is no task or the tasks differ
     */
    public static PairedDifference of(Map<String, Double> right, Map<String, Double> wrong, long seed) {
        if (right.isEmpty() || !right.keySet().equals(wrong.keySet())) {
            throw new IllegalArgumentException("paired scores need the same tasks on both sides, at least one, got "
                    + right.size() + " and " + wrong.size() + onlyOnOneSide(right, wrong));
        }
        double[] differences = new TreeMap<>(right)
                .entrySet().stream()
                        .mapToDouble(entry -> entry.getValue() - wrong.get(entry.getKey()))
                        .toArray();
        double[] interval = Bootstrap.interval(differences, seed);
        return new PairedDifference(
                Arrays.stream(differences).average().orElseThrow(), interval[0], interval[1], differences.length);
    }

    private static String onlyOnOneSide(Map<String, Double> right, Map<String, Double> wrong) {
        List<String> odd = new ArrayList<>();
        right.keySet().stream().filter(task -> !wrong.containsKey(task)).forEach(odd::add);
        wrong.keySet().stream().filter(task -> !right.containsKey(task)).forEach(odd::add);
        return odd.isEmpty() ? "" : "; on one side only: " + odd.getFirst();
    }
}

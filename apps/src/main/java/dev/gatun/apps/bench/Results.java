package dev.gatun.apps.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Everything a run measured: for each benchmark, by name, the times of its iterations in nanoseconds for one operation;
 * processor time, and under another name the time on the clock.
 */
final class Results {
    private final Map<String, List<Double>> times = new LinkedHashMap<>();

    /** How many times the yardstick's time something took, over many rounds in turns. */
    record Ratio(double lowerQuartile, double median, double upperQuartile) {}

    private final Map<String, Ratio> inTurns = new LinkedHashMap<>();

    void addRatio(String name, Ratio ratio) {
        inTurns.put(name, ratio);
    }

    /** That of a name as {@link #op} makes it, or null. */
    Ratio ratio(String name) {
        return inTurns.get(name);
    }

    Map<String, Ratio> ratios() {
        return inTurns;
    }

    void add(String name, double nanoseconds) {
        times.computeIfAbsent(name, _ -> new ArrayList<>()).add(nanoseconds);
    }

    /** The name of an op's benchmark. */
    static String op(String peer, Workload workload, int threads) {
        return peer + " " + workload + (threads == 1 ? "" : " threads=" + threads);
    }

    /** The name of the same benchmark's time on the clock. */
    static String onTheClock(String name) {
        return name + " (clock)";
    }

    /** The fastest iteration: what else the machine does can only add time. */
    OptionalDouble best(String name) {
        return times.getOrDefault(name, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .min();
    }

    OptionalDouble median(String name) {
        double[] sorted = times.getOrDefault(name, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        return sorted.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(sorted[sorted.length / 2]);
    }

    /** For each name: best, median, and all iterations. */
    Map<String, Map<String, Object>> all() {
        Map<String, Map<String, Object>> all = new LinkedHashMap<>();
        times.forEach((name, list) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("best_ns", best(name).orElseThrow());
            entry.put("median_ns", median(name).orElseThrow());
            entry.put("iterations_ns", Arrays.asList(list.toArray()));
            all.put(name, entry);
        });
        return all;
    }
}

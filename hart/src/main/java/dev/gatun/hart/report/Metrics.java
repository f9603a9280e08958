package dev.gatun.hart.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The curves of {@code metrics.jsonl}, by stage and name, in the order of the file. */
final class Metrics {
    /** Points of a curve; steps increase. */
    record Series(List<Double> steps, List<Double> values) {
        double last() {
            return values.getLast();
        }
    }

    private final Map<String, Map<String, Series>> stages = new LinkedHashMap<>();

    /** Reads what is there. */
    static Metrics read(Path file) {
        Metrics metrics = new Metrics();
        JsonLines.read(file, metrics::add);
        return metrics;
    }

    private void add(JsonNode line) {
        double step = line.path("step").asDouble(Double.NaN);
        if (Double.isNaN(step) || !line.hasNonNull("stage")) {
            return;
        }
        Map<String, Series> stage = stages.computeIfAbsent(line.path("stage").asText(), _ -> new LinkedHashMap<>());
        line.properties().forEach(field -> {
            double value = field.getValue().asDouble(Double.NaN);
            if (field.getValue().isNumber()
                    && Double.isFinite(value)
                    && !field.getKey().equals("step")) {
                Series series =
                        stage.computeIfAbsent(field.getKey(), _ -> new Series(new ArrayList<>(), new ArrayList<>()));
                // A run that was killed may have logged steps that come again.
                while (!series.steps.isEmpty() && series.steps.getLast() >= step) {
                    series.steps.removeLast();
                    series.values.removeLast();
                }
                series.steps.add(step);
                series.values.add(value);
            }
        });
    }

    /** The stages' names. */
    List<String> stages() {
        return List.copyOf(stages.keySet());
    }

    /** The curves' names. */
    List<String> names(String stage) {
        return List.copyOf(stages.getOrDefault(stage, Map.of()).keySet());
    }

    /** A curve, or null. */
    Series series(String stage, String name) {
        return stages.getOrDefault(stage, Map.of()).get(name);
    }

    /** Steps done in a stage. */
    long steps(String stage) {
        Series loss = series(stage, "loss");
        return loss == null ? 0 : Math.round(loss.steps.getLast()) + 1;
    }
}

package dev.gatun.hart.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code evaluation.json} says. Scores are percentages already. */
final class Scores {
    /** The columns of P3 in the paper's order. */
    static final List<String> P3 = List.of("anli", "hswag", "cb", "copa", "rte", "wic", "wsc", "wgd", "avg");

    /** The one column of S-NI: ROUGE-L. */
    static final List<String> SNI = List.of("snr");

    private Scores() {}

    /** The columns of a run's benchmark. */
    static List<String> columns(RunData run) {
        return run.evaluation().path("benchmark").asText("").equals("p3") ? P3 : SNI;
    }

    /** A column's score, or NaN. Runs from before that field say it as the last set's own. */
    static double score(RunData run, String column) {
        double score = run.evaluation().path("scores").path(column).asDouble(Double.NaN);
        return Double.isNaN(score) && column.equals("snr") ? unseenRougeL(run.evaluation()) : score;
    }

    /** Low and high end of a column's 95 % interval, or null: an object or an array by the column's name. */
    static double[] interval(RunData run, String column) {
        JsonNode node = run.evaluation().path("intervals").path(column);
        double low = node.isArray()
                ? node.path(0).asDouble(Double.NaN)
                : node.path("low").asDouble(Double.NaN);
        double high = node.isArray()
                ? node.path(1).asDouble(Double.NaN)
                : node.path("high").asDouble(Double.NaN);
        return Double.isNaN(low) || Double.isNaN(high) ? null : new double[] {low, high};
    }

    private static double unseenRougeL(JsonNode evaluation) {
        JsonNode last = null;
        for (JsonNode set : evaluation.path("sets")) {
            last = set;
        }
        if (last == null) {
            return Double.NaN;
        }
        return last.path("arms")
                .path(mainArm(last))
                .path("overall")
                .path("rougeL")
                .asDouble(Double.NaN);
    }

    /** The arm that stands for the system: the right demonstrations, or else the first one that is no baseline. */
    static String mainArm(JsonNode set) {
        JsonNode arms = set.path("arms");
        if (arms.has("right") || arms.isEmpty()) {
            return "right";
        }
        return arms.properties().iterator().next().getKey();
    }

    /** The arms of a set. */
    static List<String> arms(JsonNode set) {
        List<String> arms = new ArrayList<>();
        set.path("arms").properties().forEach(arm -> arms.add(arm.getKey()));
        return arms;
    }

    /** The run's score in one line of HTML, or a dash. */
    static String headline(RunData run) {
        String column = columns(run).getLast();
        double score = score(run, column);
        if (Double.isNaN(score)) {
            return "–";
        }
        double[] interval = interval(run, column);
        return (column.equals("snr") ? "ROUGE-L " : "mean accuracy ")
                + one(score)
                + (interval == null ? "" : " (" + one(interval[0]) + " to " + one(interval[1]) + ")");
    }

    /** With one decimal; a dash for NaN. */
    static String one(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.1f", value);
    }

    /** An arm as a reader says it. */
    static String title(String arm) {
        return switch (arm) {
            case "none" -> "no adaptation";
            case "right" -> "right demonstrations";
            case "wrong" -> "another category's demonstrations";
            case "in_context" -> "in context, no hypernetwork";
            case "fused" -> "fused, no hypernetwork";
            case "copy_first" -> "baseline: copy the first demonstration";
            case "most_frequent" -> "baseline: most frequent output";
            default -> arm.replace('_', ' ');
        };
    }
}

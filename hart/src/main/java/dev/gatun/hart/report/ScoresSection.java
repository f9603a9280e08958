package dev.gatun.hart.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What the runs achieved: P3's columns, or for each S-NI set a table of its arms and bars of its categories. */
final class ScoresSection {
    /** The arms that a single run's categories are shown for. */
    private static final List<String> ARMS = List.of("right", "none", "wrong", "copy_first");

    private ScoresSection() {}

    static String html(List<RunData> runs) {
        Set<String> sets = new LinkedHashSet<>();
        boolean p3 = false;
        for (RunData run : runs) {
            run.evaluation().path("sets").properties().forEach(set -> sets.add(set.getKey()));
            p3 |= Scores.columns(run) == Scores.P3;
        }
        if (sets.isEmpty() && !p3) {
            return "<section><h2>Scores</h2><p class=\"empty\">Not evaluated yet.</p></section>\n";
        }
        StringBuilder out = new StringBuilder("<section class=\"scores\"><h2>Scores</h2>\n");
        if (p3) {
            out.append(p3(runs));
        }
        for (String set : sets) {
            out.append("<h3>").append(Html.escape(set)).append("</h3>\n");
            out.append(arms(runs, set));
            out.append(categories(runs, set));
        }
        return out.append("</section>\n").toString();
    }

    private static String p3(List<RunData> runs) {
        List<BarPlot.Row> rows = new ArrayList<>();
        for (String column : Scores.P3) {
            List<Double> values =
                    runs.stream().map(run -> Scores.score(run, column)).toList();
            if (values.stream().anyMatch(v -> !v.isNaN())) {
                rows.add(new BarPlot.Row(column, values));
            }
        }
        return rows.isEmpty() ? "" : new BarPlot("P3", "accuracy, %", bars(runs), rows).html();
    }

    private static String arms(List<RunData> runs, String set) {
        List<List<String>> rows = new ArrayList<>();
        for (RunData run : runs) {
            JsonNode node = run.evaluation().path("sets").path(set);
            for (String arm : Scores.arms(node)) {
                JsonNode overall = node.path("arms").path(arm).path("overall");
                rows.add(List.of(
                        Html.escape((runs.size() > 1 ? run.name() + ": " : "") + Scores.title(arm)),
                        Scores.one(overall.path("rougeL").asDouble(Double.NaN)),
                        Scores.one(overall.path("exactMatch").asDouble(Double.NaN)),
                        Html.escape(overall.path("count").asText("–"))));
            }
        }
        StringBuilder out = new StringBuilder(
                Html.table("numbers", List.of("Outputs made with", "ROUGE-L", "Exact match", "Instances"), rows));
        for (RunData run : runs) {
            JsonNode difference = run.evaluation().path("sets").path(set).path("right_minus_wrong_rouge_l");
            if (difference.isObject()) {
                out.append(String.format(
                        Locale.ROOT,
                        "<p>%sright minus wrong demonstrations, ROUGE-L, mean over %d tasks: <b>%+.1f</b> (95 %% interval"
                                + " %+.1f to %+.1f)</p>%n",
                        Html.escape(runs.size() > 1 ? run.name() + ": " : ""),
                        difference.path("tasks").asInt(),
                        difference.path("mean").asDouble(),
                        difference.path("low").asDouble(),
                        difference.path("high").asDouble()));
            }
        }
        return out.toString();
    }

    /** One run: a bar for each arm; several runs: a bar for each run. */
    private static String categories(List<RunData> runs, String set) {
        Set<String> categories = new LinkedHashSet<>();
        for (RunData run : runs) {
            JsonNode node = run.evaluation().path("sets").path(set);
            byCategory(node, Scores.mainArm(node)).properties().forEach(c -> categories.add(c.getKey()));
        }
        if (categories.isEmpty()) {
            return "";
        }
        List<String> arms = runs.size() > 1
                ? List.of()
                : ARMS.stream()
                        .filter(Scores.arms(
                                runs.getFirst().evaluation().path("sets").path(set))::contains)
                        .toList();
        List<BarPlot.Row> rows = new ArrayList<>();
        for (String category : categories.stream().sorted().toList()) {
            List<Double> values = new ArrayList<>();
            for (RunData run : runs) {
                JsonNode node = run.evaluation().path("sets").path(set);
                for (String arm : arms.isEmpty() ? List.of(Scores.mainArm(node)) : arms) {
                    values.add(
                            byCategory(node, arm).path(category).path("rougeL").asDouble(Double.NaN));
                }
            }
            rows.add(new BarPlot.Row(category.replace('_', ' '), values));
        }
        List<BarPlot.Bar> bars = new ArrayList<>();
        for (int i = 0; i < arms.size(); i++) {
            bars.add(new BarPlot.Bar(Scores.title(arms.get(i)), "a" + i));
        }
        return new BarPlot("ROUGE-L by category", "ROUGE-L, %", arms.isEmpty() ? bars(runs) : bars, rows).html();
    }

    private static JsonNode byCategory(JsonNode set, String arm) {
        return set.path("arms").path(arm).path("byCategory");
    }

    private static List<BarPlot.Bar> bars(List<RunData> runs) {
        List<BarPlot.Bar> bars = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            bars.add(new BarPlot.Bar(runs.get(i).name(), "r" + i));
        }
        return bars;
    }
}

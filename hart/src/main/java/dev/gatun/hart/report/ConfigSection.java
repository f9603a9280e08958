package dev.gatun.hart.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** What the runs were told: where they differ from their recipe or from each other, and everything on request. */
final class ConfigSection {
    private ConfigSection() {}

    static String html(List<RunData> runs) {
        StringBuilder out = new StringBuilder("<section class=\"config\"><h2>Configuration</h2>\n");
        Set<String> keys = new LinkedHashSet<>();
        runs.forEach(run -> keys.addAll(run.config().keySet()));
        List<List<String>> rows = new ArrayList<>();
        for (String key : keys) {
            if (isWorthARow(runs, key)) {
                rows.add(row(runs, key, true));
            }
        }
        out.append("<h3>Differences from the recipe")
                .append(runs.size() > 1 ? " or between runs" : "")
                .append("</h3>\n");
        for (RunData run : runs) {
            if (run.recipe().isEmpty()) {
                out.append("<p>")
                        .append(Html.escape(run.name() + "'s recipe, " + run.config("recipe", "without a name")
                                + ", is no bundled one: there is nothing to compare it with."))
                        .append("</p>\n");
            }
        }
        out.append(rows.isEmpty() ? "<p class=\"empty\">None.</p>\n" : table(runs, "diff", true, rows));
        out.append("<details><summary>All keys</summary>\n");
        out.append(table(
                runs,
                "all",
                false,
                keys.stream().map(key -> row(runs, key, false)).toList()));
        out.append("</details>\n<details><summary>Environment</summary>\n").append(environment(runs));
        return out.append("</details></section>\n").toString();
    }

    private static boolean isWorthARow(List<RunData> runs, String key) {
        return runs.stream()
                        .anyMatch(run -> !run.recipe().isEmpty()
                                && !Objects.equals(
                                        run.recipe().get(key), run.config().get(key)))
                || runs.stream().map(run -> run.config().get(key)).distinct().count() > 1;
    }

    /** The key, what the recipe says (if wanted), and what each run has. */
    private static List<String> row(List<RunData> runs, String key, boolean withRecipe) {
        List<String> row = new ArrayList<>(List.of("<code>" + Html.escape(key) + "</code>"));
        if (withRecipe) {
            List<String> recipes = runs.stream()
                    .map(run -> run.recipe().get(key))
                    .filter(Objects::nonNull)
                    .distinct()
                    .toList();
            row.add(Html.escape(String.join(" / ", recipes)));
        }
        for (RunData run : runs) {
            String value = run.config(key, "–");
            boolean other = withRecipe
                    && !run.recipe().isEmpty()
                    && !value.equals(run.recipe().get(key));
            row.add(other ? "<b>" + Html.escape(value) + "</b>" : Html.escape(value));
        }
        return row;
    }

    private static String table(List<RunData> runs, String cssClass, boolean withRecipe, List<List<String>> rows) {
        List<String> head = new ArrayList<>(List.of("Key"));
        if (withRecipe) {
            head.add("Recipe");
        }
        runs.forEach(run -> head.add(Html.escape(run.name())));
        return Html.table(cssClass, head, rows);
    }

    private static String environment(List<RunData> runs) {
        Map<String, List<String>> rows = new TreeMap<>();
        for (int i = 0; i < runs.size(); i++) {
            int column = i + 1;
            runs.get(i).environment().properties().forEach(fact -> {
                List<String> row = rows.computeIfAbsent(fact.getKey(), key -> {
                    List<String> cells = new ArrayList<>(List.of(Html.escape(key)));
                    runs.forEach(_ -> cells.add("–"));
                    return cells;
                });
                row.set(column, Html.escape(fact.getValue().asText()));
            });
        }
        return table(runs, "all", false, List.copyOf(rows.values()));
    }
}

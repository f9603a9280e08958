package dev.gatun.hart.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Example predictions: what each arm answered beside what is right. */
final class ExamplesSection {
    private ExamplesSection() {}

    static String html(List<RunData> runs) {
        StringBuilder out = new StringBuilder("<section class=\"examples\"><h2>Example predictions</h2>\n");
        boolean any = false;
        for (int i = 0; i < runs.size(); i++) {
            Set<String> sets = new LinkedHashSet<>();
            runs.get(i).examples().forEach(example -> sets.add(example.set()));
            for (String set : sets) {
                List<Example> examples = runs.get(i).examples().stream()
                        .filter(example -> example.set().equals(set))
                        .toList();
                String title = (runs.size() > 1 ? runs.get(i).name() + ": " : "") + (set.isEmpty() ? "examples" : set);
                out.append("<details class=\"r%d\"%s><summary>".formatted(i, any ? "" : " open"))
                        .append(Html.escape(title))
                        .append(" <small>the first instance of ")
                        .append(examples.size())
                        .append(" tasks; a tick marks an exact match</small></summary>\n")
                        .append(table(examples))
                        .append("</details>\n");
                any = true;
            }
        }
        return any ? out.append("</section>\n").toString() : "";
    }

    private static String table(List<Example> examples) {
        Set<String> arms = new LinkedHashSet<>();
        examples.forEach(example -> arms.addAll(example.predictions().keySet()));
        boolean inputs = examples.stream().anyMatch(example -> !example.input().isEmpty());
        List<String> head = new ArrayList<>(List.of("Task"));
        if (inputs) {
            head.add("Input");
        }
        head.add("Right");
        arms.forEach(arm -> head.add(Html.escape(Scores.title(arm))));
        List<List<String>> rows = new ArrayList<>();
        for (Example example : examples) {
            List<String> row =
                    new ArrayList<>(List.of(Html.escape(example.task().replace('_', ' '))));
            if (inputs) {
                row.add(Html.excerpt(example.input()));
            }
            row.add(Html.excerpt(String.join("\n", example.references())));
            for (String arm : arms) {
                String prediction = example.predictions().get(arm);
                row.add(prediction == null ? "" : cell(prediction, example.isRight(prediction)));
            }
            rows.add(row);
        }
        return Html.table("texts", head, rows);
    }

    private static String cell(String prediction, boolean right) {
        return (right ? "<b class=\"tick\" title=\"exact match\">✓</b> " : "")
                + (prediction.isBlank() ? "<i>(nothing)</i>" : Html.excerpt(prediction));
    }
}

package dev.gatun.hart.report;

import java.util.ArrayList;
import java.util.List;

/** The head of the page: the legend, and what each run is and how far. */
final class RunsSection {
    private static final int COLOURS = 6;

    private RunsSection() {}

    /** CSS: a colour for each run, dashes once colours repeat, and what its legend's button hides. */
    static String colours(int runs) {
        StringBuilder css = new StringBuilder();
        for (int i = 0; i < runs; i++) {
            css.append(".r%d{--c:var(--s%d)}.off%d .r%d:not(button){display:none}\n".formatted(i, i % COLOURS, i, i));
            if (i >= COLOURS) {
                css.append(".line.r%d{stroke-dasharray:%d 3}\n".formatted(i, 2 + i / COLOURS * 4));
            }
        }
        return css.toString();
    }

    static String html(List<RunData> runs) {
        StringBuilder out = new StringBuilder();
        if (runs.size() > 1) {
            out.append("<nav class=\"legend\" aria-label=\"runs\">");
            for (int i = 0; i < runs.size(); i++) {
                out.append("<button type=\"button\" class=\"key r")
                        .append(i)
                        .append("\" data-run=\"")
                        .append(i)
                        .append("\" aria-pressed=\"true\"><i></i>")
                        .append(Html.escape(runs.get(i).name()))
                        .append("</button>");
            }
            out.append("</nav>\n");
        }
        List<List<String>> rows = new ArrayList<>();
        for (RunData run : runs) {
            rows.add(List.of(
                    Html.escape(run.name()),
                    Html.escape(run.system()),
                    Html.escape(run.config("recipe", "–")),
                    Html.escape(run.config("seed", "–")),
                    progress(run),
                    loss(run),
                    Scores.headline(run),
                    versions(run)));
        }
        List<String> head = List.of("Run", "System", "Recipe", "Seed", "Steps", "Last loss", "Score", "Made with");
        return out.append(Html.table("runs", head, rows)).toString();
    }

    /** Steps of each stage, done of all; a stage that has not begun is left out. */
    private static String progress(RunData run) {
        List<String> parts = new ArrayList<>();
        for (String stage : run.metrics().stages()) {
            long done = run.metrics().steps(stage);
            String total = run.config(stage + ".steps", "");
            parts.add(Html.escape(stage + " " + done + (total.isEmpty() ? "" : "/" + total)));
        }
        boolean over = !run.evaluation().isMissingNode();
        return (parts.isEmpty() ? "none yet" : String.join("<br>", parts))
                + (over ? "" : "<br><em>not evaluated yet</em>");
    }

    private static String loss(RunData run) {
        List<String> stages = run.metrics().stages();
        if (stages.isEmpty()) {
            return "–";
        }
        Metrics.Series loss = run.metrics().series(stages.getLast(), "loss");
        if (loss == null) {
            return "–";
        }
        Curve curve = Curve.of(loss, true);
        int last = Math.max(0, loss.values().size() - curve.window());
        double mean = loss.values().subList(last, loss.values().size()).stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(Double.NaN);
        return Axis.label(mean);
    }

    private static String versions(RunData run) {
        if (run.environment().isMissingNode()) {
            return "–";
        }
        return Html.escape("libtorch " + run.environment().path("libtorch").asText("?") + ", "
                + run.environment().path("threads").asText("?") + " threads, Java "
                + run.environment().path("java").asText("?"));
    }
}

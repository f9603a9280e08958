package dev.gatun.hart.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The curves of each stage: the loss first and large, then everything else that was logged. */
final class CurvesSection {
    /** How a metric is shown. */
    private record Look(String metric, String title, String unit, boolean noisy) {}

    private static final List<Look> KNOWN = List.of(
            new Look("loss", "Loss", "nats a target token", true),
            new Look("loss_pred", "Prediction loss", "nats a target token", true),
            new Look("loss_cst", "Consistency loss", "mean squared difference", true),
            new Look("lr", "Learning rate", "learning rate", false),
            new Look("grad_norm", "Gradient norm", "norm before clipping", true),
            new Look("examples_per_second", "Speed", "examples a second", true),
            new Look("wait_share", "Waiting for data", "share of a step's time", true));

    /** Logged, but no curve to look at. */
    private static final Set<String> HIDDEN = Set.of("seconds");

    private CurvesSection() {}

    static String html(List<RunData> runs) {
        Set<String> stages = new LinkedHashSet<>();
        runs.forEach(run -> stages.addAll(run.metrics().stages()));
        if (stages.isEmpty()) {
            return "<section><h2>Training</h2><p class=\"empty\">No step is logged yet.</p></section>\n";
        }
        StringBuilder out = new StringBuilder();
        for (String stage : stages) {
            out.append("<section class=\"stage\" data-stage=\"")
                    .append(Html.escape(stage))
                    .append("\"><h2>Training: ")
                    .append(Html.escape(stage))
                    .append("</h2><div class=\"plots\">\n");
            looks(runs, stage).forEach(look -> out.append(plot(runs, stage, look)));
            out.append("</div></section>\n");
        }
        return out.toString();
    }

    private static List<Look> looks(List<RunData> runs, String stage) {
        Set<String> names = new LinkedHashSet<>();
        runs.forEach(run -> names.addAll(run.metrics().names(stage)));
        names.removeAll(HIDDEN);
        if (runs.stream().allMatch(run -> isWithoutConsistency(run, stage))) {
            // Without a consistency loss it is zero, and what remains is the loss itself.
            names.removeAll(Set.of("loss_pred", "loss_cst"));
        }
        List<Look> looks = new ArrayList<>();
        KNOWN.stream().filter(look -> names.remove(look.metric)).forEach(looks::add);
        names.forEach(name -> looks.add(new Look(name, name, name, true)));
        return looks;
    }

    private static boolean isWithoutConsistency(RunData run, String stage) {
        Metrics.Series series = run.metrics().series(stage, "loss_cst");
        return series == null || series.values().stream().allMatch(v -> v == 0);
    }

    private static String plot(List<RunData> runs, String stage, Look look) {
        List<LinePlot.Line> lines = new ArrayList<>();
        for (int i = 0; i < runs.size(); i++) {
            Metrics.Series series = runs.get(i).metrics().series(stage, look.metric);
            if (series != null) {
                lines.add(new LinePlot.Line(i, runs.get(i).name(), Curve.of(series, look.noisy)));
            }
        }
        return new LinePlot(look.title, look.unit, look.metric.equals("loss"), lines).html();
    }
}

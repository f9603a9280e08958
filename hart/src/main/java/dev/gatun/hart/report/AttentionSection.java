package dev.gatun.hart.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;

/** Figure 1 of the runs that have it: which layers look at which, as a square of squares; nothing where no run has it. */
final class AttentionSection {
    private static final int SIDE = 420;
    private static final int MARGIN = 44;

    private AttentionSection() {}

    static String html(List<RunData> runs) {
        StringBuilder figures = new StringBuilder();
        for (RunData run : runs) {
            JsonNode rows = run.attention().path("attention");
            if (isSquare(rows)) {
                figures.append(figure(run, rows));
            }
        }
        return figures.isEmpty()
                ? ""
                : "<section class=\"attention\"><h2>What layers see of each other (Figure 1)</h2><div class=\"plots\">\n"
                        + figures + "</div></section>\n";
    }

    private static boolean isSquare(JsonNode rows) {
        if (!rows.isArray() || rows.isEmpty()) {
            return false;
        }
        for (JsonNode row : rows) {
            if (row.size() != rows.size()) {
                return false;
            }
        }
        return true;
    }

    private static String figure(RunData run, JsonNode rows) {
        int layers = rows.size();
        double most = 0;
        for (JsonNode row : rows) {
            for (JsonNode value : row) {
                most = Math.max(most, value.asDouble());
            }
        }
        double side = (double) SIDE / layers;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                SIDE + MARGIN,
                SIDE + MARGIN,
                Html.escape("Attention between the states of " + layers + " layers, " + run.name())));
        for (int looking = 0; looking < layers; looking++) {
            for (int seen = 0; seen < layers; seen++) {
                double value = rows.get(looking).get(seen).asDouble();
                svg.append(String.format(
                        Locale.ROOT,
                        "<rect class=\"cell\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill-opacity=\"%.3f\">"
                                + "<title>layer %d looks at layer %d: %.4f</title></rect>%n",
                        MARGIN + seen * side,
                        looking * side,
                        side,
                        side,
                        most == 0 ? 0 : value / most,
                        looking + 1,
                        seen + 1,
                        value));
            }
        }
        axis(svg, layers, side);
        return "<figure><figcaption>" + Html.escape(run.name()) + "<small>mean over "
                + run.attention().path("tasks").asInt() + " tasks; strongest: "
                + String.format(Locale.ROOT, "%.3f", most) + "</small></figcaption>\n" + svg + "</svg></figure>\n";
    }

    /** The numbers of some layers, and what the axes are. */
    private static void axis(StringBuilder svg, int layers, double side) {
        int step = Math.max(1, (layers + 11) / 12);
        for (int layer = 0; layer < layers; layer += step) {
            double middle = (layer + 0.5) * side;
            svg.append(String.format(
                    Locale.ROOT,
                    "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%d</text>"
                            + "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%d</text>%n",
                    MARGIN + middle,
                    SIDE + 15,
                    layer + 1,
                    MARGIN - 5,
                    middle + 4,
                    layer + 1));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"unit\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">seen layer</text>"
                        + "<text class=\"unit\" text-anchor=\"middle\" transform=\"rotate(-90)\" x=\"%d\" y=\"12\">looking"
                        + " layer</text>%n",
                MARGIN + SIDE / 2,
                SIDE + MARGIN - 8,
                -SIDE / 2));
    }
}

package dev.gatun.hart.report;

import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars from 0 to 100, some for each row; as SVG.
 *
 * @param title above the chart
 * @param unit of the values
 * @param bars what each of a row's bars stands for: a name and the CSS class of its colour
 * @param rows the rows from above
 */
record BarPlot(String title, String unit, List<Bar> bars, List<Row> rows) {
    private static final int WIDTH = 960;
    private static final int LEFT = 300;
    private static final int RIGHT = 50;
    private static final int THICK = 9;
    private static final int GAP = 8;
    private static final int TOP = 6;
    private static final int BOTTOM = 40;

    /** A kind of bar. */
    record Bar(String name, String cssClass) {}

    /** A row; NaN for a bar that is not there. */
    record Row(String name, List<Double> values) {}

    private int rowHeight() {
        return bars.size() * THICK + GAP;
    }

    /** The chart as a figure, with its own legend. */
    String html() {
        int bottom = TOP + rows.size() * rowHeight();
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                WIDTH,
                bottom + BOTTOM,
                Html.escape(title + " (" + unit + ")")));
        double most = rows.stream()
                .flatMap(row -> row.values.stream())
                .filter(v -> !v.isNaN())
                .max(Double::compare)
                .orElse(100.0);
        Axis x = Axis.of(0, Math.max(most, 1), 8);
        for (double tick : x.ticks()) {
            double at = x.at(tick, LEFT, WIDTH - RIGHT);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>"
                            + "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>%n",
                    at,
                    at,
                    TOP,
                    bottom,
                    at,
                    bottom + 15,
                    Axis.label(tick)));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"unit\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">%s</text>%n",
                (LEFT + WIDTH - RIGHT) / 2,
                bottom + BOTTOM - 6,
                Html.escape(unit)));
        for (int i = 0; i < rows.size(); i++) {
            row(svg, rows.get(i), TOP + i * rowHeight() + GAP / 2.0, x);
        }
        return "<figure class=\"bars wide\"><figcaption>" + Html.escape(title) + "<small>" + legend()
                + "</small></figcaption>\n" + svg + "</svg></figure>\n";
    }

    private String legend() {
        StringBuilder out = new StringBuilder();
        bars.forEach(bar -> out.append(" <span class=\"key ")
                .append(bar.cssClass)
                .append("\"><i></i>")
                .append(Html.escape(bar.name))
                .append("</span>"));
        return out.toString();
    }

    private void row(StringBuilder svg, Row row, double top, Axis x) {
        svg.append(String.format(
                Locale.ROOT,
                "<text class=\"name\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>%n",
                LEFT - 8,
                top + bars.size() * THICK / 2.0 + 4,
                Html.escape(row.name)));
        for (int b = 0; b < bars.size(); b++) {
            double value = row.values.get(b);
            if (!Double.isNaN(value)) {
                double end = x.at(value, LEFT, WIDTH - RIGHT);
                svg.append(String.format(
                        Locale.ROOT,
                        "<g class=\"%s\"><title>%s: %.1f</title><rect x=\"%d\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>"
                                + "<text class=\"value\" x=\"%.1f\" y=\"%.1f\">%.1f</text></g>%n",
                        bars.get(b).cssClass,
                        Html.escape(row.name + ", " + bars.get(b).name),
                        value,
                        LEFT,
                        top + b * THICK,
                        Math.max(0, end - LEFT),
                        THICK - 1,
                        end + 4,
                        top + b * THICK + THICK - 1,
                        value));
            }
        }
    }
}

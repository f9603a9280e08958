package dev.gatun.hart.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * A chart of curves over steps, as SVG that needs no script; the numbers beside it are for the page's script, which shows
 * them under the pointer.
 *
 * @param title above the chart
 * @param unit of the values, on their axis
 * @param wide whether it has a row of its own
 * @param lines a curve for each run that has one
 */
record LinePlot(String title, String unit, boolean wide, List<Line> lines) {
    private static final int LEFT = 62;
    private static final int RIGHT = 14;
    private static final int TOP = 10;
    private static final int BOTTOM = 42;

    /** A run's curve; {@code run} is its number on the page, which decides about its colour. */
    record Line(int run, String name, Curve curve) {}

    private int width() {
        return wide ? 960 : 474;
    }

    private int height() {
        return wide ? 300 : 220;
    }

    /** The chart as a figure. */
    String html() {
        Axis x = Axis.of(least(Curve::steps), most(Curve::steps), wide ? 10 : 5);
        Axis y = Axis.of(lowest(), highest(), wide ? 6 : 4);
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                width(),
                height(),
                Html.escape(description())));
        grid(svg, x, y);
        lines.forEach(line -> draw(svg, line, x, y));
        svg.append("<line class=\"cursor\" y1=\"")
                .append(TOP)
                .append("\" y2=\"")
                .append(height() - BOTTOM)
                .append("\"/></svg>\n");
        return "<figure class=\"plot" + (wide ? " wide" : "") + "\"><figcaption>" + Html.escape(title)
                + "<small>" + note() + "</small></figcaption>\n" + svg
                + "<script type=\"application/json\">" + Html.json(numbers(x)) + "</script></figure>\n";
    }

    private String description() {
        StringBuilder text = new StringBuilder(title + " (" + unit + ") over steps");
        lines.forEach(line -> text.append("; ")
                .append(line.name)
                .append(" ends at ")
                .append(Axis.label(line.curve.means()[line.curve.size() - 1])));
        return text.toString();
    }

    private String note() {
        int window = lines.stream().mapToInt(line -> line.curve.window()).max().orElse(1);
        return window == 1 ? "" : " mean of " + window + " steps ± standard deviation";
    }

    private void grid(StringBuilder svg, Axis x, Axis y) {
        for (double tick : y.ticks()) {
            double at = y.at(tick, height() - BOTTOM, TOP);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                            + "<text class=\"tick\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>%n",
                    LEFT,
                    width() - RIGHT,
                    at,
                    at,
                    LEFT - 7,
                    at + 4,
                    Axis.label(tick)));
        }
        for (double tick : x.ticks()) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text class=\"tick\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>%n",
                    x.at(tick, LEFT, width() - RIGHT),
                    height() - BOTTOM + 16,
                    Axis.label(tick)));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>"
                        + "<text class=\"unit\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">optimizer step</text>"
                        + "<text class=\"unit\" text-anchor=\"middle\" transform=\"translate(13 %d) rotate(-90)\">%s</text>%n",
                LEFT,
                width() - RIGHT,
                height() - BOTTOM,
                height() - BOTTOM,
                (LEFT + width() - RIGHT) / 2,
                height() - 8,
                (TOP + height() - BOTTOM) / 2,
                Html.escape(unit)));
    }

    private void draw(StringBuilder svg, Line line, Axis x, Axis y) {
        Curve curve = line.curve;
        StringBuilder path = new StringBuilder();
        StringBuilder upper = new StringBuilder();
        StringBuilder lower = new StringBuilder();
        for (int i = 0; i < curve.size(); i++) {
            double px = x.at(curve.steps()[i], LEFT, width() - RIGHT);
            path.append(point(px, y, curve.means()[i]));
            upper.append(point(px, y, curve.means()[i] + curve.deviations()[i]));
            lower.insert(0, point(px, y, curve.means()[i] - curve.deviations()[i]));
        }
        if (curve.window() > 1) {
            svg.append("<polygon class=\"band r").append(line.run).append("\" points=\"");
            svg.append(upper).append(lower).append("\"/>\n");
        }
        svg.append("<polyline class=\"line r").append(line.run).append("\" points=\"");
        svg.append(path).append("\"/>\n");
    }

    private String point(double px, Axis y, double value) {
        return String.format(Locale.ROOT, "%.1f,%.1f ", px, y.at(value, height() - BOTTOM, TOP));
    }

    private Map<String, Object> numbers(Axis x) {
        List<Object> series = new ArrayList<>();
        for (Line line : lines) {
            List<List<Number>> points = new ArrayList<>();
            for (int i = 0; i < line.curve.size(); i++) {
                double px = x.at(line.curve.steps()[i], LEFT, width() - RIGHT);
                points.add(List.of(
                        Math.round(px * 10) / 10.0,
                        (long) line.curve.steps()[i],
                        rounded(line.curve.means()[i]),
                        rounded(line.curve.deviations()[i])));
            }
            series.add(Map.of("run", line.run, "name", line.name, "points", points));
        }
        Map<String, Object> numbers = new LinkedHashMap<>();
        numbers.put("width", width());
        numbers.put("series", series);
        return numbers;
    }

    private static double rounded(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.4g", value));
    }

    private double least(Function<Curve, double[]> part) {
        return lines.stream()
                .mapToDouble(line -> part.apply(line.curve)[0])
                .min()
                .orElse(0);
    }

    private double most(Function<Curve, double[]> part) {
        return lines.stream()
                .mapToDouble(line -> part.apply(line.curve)[line.curve.size() - 1])
                .max()
                .orElse(1);
    }

    private double lowest() {
        double low = Double.POSITIVE_INFINITY;
        boolean negative = false;
        for (Line line : lines) {
            for (int i = 0; i < line.curve.size(); i++) {
                low = Math.min(low, line.curve.means()[i] - line.curve.deviations()[i]);
                negative |= line.curve.means()[i] < 0;
            }
        }
        // A band below zero would show values that cannot be.
        return negative ? low : Math.max(0, low);
    }

    private double highest() {
        double high = Double.NEGATIVE_INFINITY;
        for (Line line : lines) {
            for (int i = 0; i < line.curve.size(); i++) {
                high = Math.max(high, line.curve.means()[i] + line.curve.deviations()[i]);
            }
        }
        return high;
    }
}

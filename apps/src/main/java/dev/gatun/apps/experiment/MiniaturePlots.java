package dev.gatun.apps.experiment;

import dev.gatun.hart.experiment.Findings.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The paper's Figures 1, 3 and 4 from the miniature's results; a figure without data is left out. */
final class MiniaturePlots {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 500;
    private static final int SMOOTHED = 10;

    private MiniaturePlots() {}

    /** Draws PNG files into {@code folder}; returns their names, none on a machine that cannot draw text. */
    static List<String> draw(Figures figures, Path folder, PrintWriter out) throws IOException {
        System.setProperty("java.awt.headless", "true");
        List<String> names = new ArrayList<>();
        try {
            if (figures.attention() != null) {
                ChartEncoder.saveChart(attention(figures), save(folder, "miniature-figure1.png", names), "png");
            }
            if (!figures.losses().isEmpty()) {
                ChartEncoder.saveChart(losses(figures), save(folder, "miniature-figure3.png", names), "png");
            }
            if (!figures.varianceByAlpha().isEmpty()) {
                ChartEncoder.saveChart(variances(figures), save(folder, "miniature-figure4.png", names), "png");
            }
            return names;
        } catch (LinkageError | InternalError e) {
            out.println("no plots: Java cannot draw text here (" + e.getMessage()
                    + "); Debian: apt-get install fontconfig fonts-dejavu-core libfreetype6");
            return List.of();
        }
    }

    private static String save(Path folder, String name, List<String> names) {
        names.add(name);
        return folder.resolve(name).toString();
    }

    private static HeatMapChart attention(Figures figures) {
        HeatMapChart chart = new HeatMapChartBuilder()
                .width(HEIGHT)
                .height(HEIGHT)
                .title("Attention between the states of layers (parallel)")
                .xAxisTitle("seen layer")
                .yAxisTitle("looking layer")
                .build();
        int layers = figures.attention().length;
        int[] axis = IntStream.rangeClosed(1, layers).toArray();
        int[][] shown = new int[layers][layers];
        for (int looking = 0; looking < layers; looking++) {
            for (int seen = 0; seen < layers; seen++) {
                shown[seen][looking] = (int) Math.round(1000 * figures.attention()[looking][seen]);
            }
        }
        chart.addSeries("attention, thousandths", axis, axis, shown);
        return chart;
    }

    private static XYChart losses(Figures figures) {
        XYChart chart =
                chart("Training loss by generator, without consistency loss", "step", "L_pred, mean over seeds");
        chart.getStyler().setLegendPosition(LegendPosition.InsideNE);
        figures.losses().forEach((name, curve) -> {
            double[] smooth = smoothed(curve);
            double[] steps =
                    IntStream.rangeClosed(1, smooth.length).mapToDouble(i -> i).toArray();
            chart.addSeries(name, steps, smooth).setMarker(SeriesMarkers.NONE);
        });
        return chart;
    }

    private static XYChart variances(Figures figures) {
        XYChart chart = chart("Variance of the detrended training loss", "alpha", "variance, mean over seeds");
        figures.varianceByAlpha()
                .forEach((name, byAlpha) ->
                        chart.addSeries(name, List.copyOf(byAlpha.keySet()), List.copyOf(byAlpha.values())));
        return chart;
    }

    private static XYChart chart(String title, String x, String y) {
        return new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
    }

    /** The mean of the last steps at each step. */
    private static double[] smoothed(double[] curve) {
        double[] mean = new double[curve.length];
        Arrays.setAll(
                mean,
                i -> Arrays.stream(curve, Math.max(0, i + 1 - SMOOTHED), i + 1)
                        .average()
                        .orElseThrow());
        return mean;
    }
}

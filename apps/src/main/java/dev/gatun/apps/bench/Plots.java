package dev.gatun.apps.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The pictures of a run. */
final class Plots {
    private static final List<String> PEERS = List.of("cpp", "gatun", "dispatcher", "javacpp", "djl", PythonPeer.PEER);
    private static final List<Workload> SIZES =
            List.of(Workload.MUL_1, Workload.MUL_100, Workload.MUL_10K, Workload.MUL_1M);
    private static final List<Workload> SMALL =
            List.of(Workload.MUL_1, Workload.MM_8, Workload.MUL_1_GRAD, Workload.MM_8_GRAD);
    private static final int WIDTH = 900;
    private static final int HEIGHT = 500;

    private Plots() {}

    /** Draws PNG files into {@code folder}; returns their names, none on a machine that cannot draw text. */
    static List<String> draw(Results results, Path folder, PrintWriter out) throws IOException {
        System.setProperty("java.awt.headless", "true");
        try {
            ChartEncoder.saveChart(sizes(results), folder.resolve("sizes.png").toString(), "png");
            ChartEncoder.saveChart(small(results), folder.resolve("small.png").toString(), "png");
            return List.of("small.png", "sizes.png");
        } catch (LinkageError | InternalError e) {
            out.println("no plots: Java cannot draw text here (" + e.getMessage()
                    + "); Debian: apt-get install fontconfig fonts-dejavu-core libfreetype6");
            return List.of();
        }
    }

    private static XYChart sizes(Results results) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("mul: time of one op by its size")
                .xAxisTitle("elements")
                .yAxisTitle("nanoseconds")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
        for (String peer : PEERS) {
            List<Integer> elements = new ArrayList<>();
            List<Double> times = new ArrayList<>();
            for (Workload workload : SIZES) {
                results.best(Results.op(peer, workload, 1)).ifPresent(time -> {
                    elements.add(workload.size);
                    times.add(time);
                });
            }
            if (!times.isEmpty()) {
                chart.addSeries(peer, elements, times);
            }
        }
        return chart;
    }

    private static CategoryChart small(Results results) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Small ops: time of one, its result freed")
                .yAxisTitle("nanoseconds")
                .build();
        for (String peer : PEERS) {
            if (results.best(Results.op(peer, Workload.MUL_1, 1)).isPresent()) {
                List<Double> times = SMALL.stream()
                        .map(workload -> results.best(Results.op(peer, workload, 1)))
                        .map(time -> time.orElse(0))
                        .toList();
                chart.addSeries(
                        peer, SMALL.stream().map(workload -> workload.title).toList(), times);
            }
        }
        return chart;
    }
}

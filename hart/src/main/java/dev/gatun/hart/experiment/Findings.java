package dev.gatun.hart.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the results of a folder say, as far as they go.
 *
 * @param size the scale's name
 * @param sections a table and its conclusions for each arm
 * @param finished finished cells
 * @param missing names of cells that are not finished
 * @param cpuSeconds processor seconds of all finished cells and main models together
 * @param figures what the plots are made from
 */
public record Findings(
        Scale size, List<Section> sections, int finished, List<String> missing, double cpuSeconds, Figures figures) {
    /**
     * Curves for the plots.
     *
     * @param losses each generator's training loss, mean over seeds (Figure 3)
     * @param varianceByAlpha detrended loss variance by alpha for each batch size and pairing, mean over seeds (Figure 4)
     * @param attention the parallel control's attention between pairs of states, [L, L], or null (Figure 1)
     */
    public record Figures(
            Map<String, double[]> losses, Map<String, Map<Double, Double>> varianceByAlpha, double[][] attention) {}

    static Findings of(Results results, List<Arm> arms, long[] seeds) {
        List<Section> sections = new ArrayList<>();
        for (Arm arm : arms) {
            sections.add(switch (arm) {
                case I -> new ArmOne(results, seeds).section();
                case II -> new ArmTwo(results, seeds).section();
                case III -> new ArmThree(results, seeds).section();
            });
        }
        int finished = 0;
        double cpu = 0;
        List<String> missing = new ArrayList<>();
        for (Miniature.Work work : Miniature.work(results.scale(), arms, seeds)) {
            if (results.has(work.cell(), work.seed())) {
                finished++;
                cpu += last(results.get(work.cell(), work.seed()).cpuSeconds());
            } else {
                missing.add(work.cell().id() + ", seed " + work.seed());
            }
        }
        for (long seed : seeds) {
            cpu += MainModel.exists(results.folder(), seed)
                    ? MainModel.report(results.folder(), seed).cpuSeconds()
                    : 0;
        }
        return new Findings(results.scale(), sections, finished, missing, cpu, figures(results, seeds));
    }

    private static double last(double[] values) {
        return values[values.length - 1];
    }

    private static Figures figures(Results results, long[] seeds) {
        Map<String, double[]> losses = new TreeMap<>();
        Cell parallel = Arm.plain(results.scale(), Design.PARALLEL, Feed.BOTH);
        for (Cell cell : Arm.II.cells(results.scale())) {
            double[][] curves = curves(results, cell, seeds);
            if (curves.length > 0) {
                losses.put(cell.design().name().toLowerCase(java.util.Locale.ROOT), meanCurve(curves));
            }
        }
        Map<String, Map<Double, Double>> variances = new TreeMap<>();
        for (Cell cell : Arm.III.cells(results.scale())) {
            double[] values = java.util.stream.LongStream.of(results.paired(seeds, List.of(cell)))
                    .mapToDouble(seed -> ArmThree.lossVariance(results.get(cell, seed)))
                    .toArray();
            if (values.length > 0) {
                String name = "B=" + cell.batch() + ", "
                        + cell.pairing().name().toLowerCase(java.util.Locale.ROOT);
                variances.computeIfAbsent(name, _ -> new TreeMap<>()).put(cell.alpha(), Statistics.mean(values));
            }
        }
        double[][] attention = java.util.stream.LongStream.of(results.paired(seeds, List.of(parallel)))
                .mapToObj(seed -> results.get(parallel, seed).attention())
                .findFirst()
                .orElse(null);
        return new Figures(losses, variances, attention);
    }

    private static double[][] curves(Results results, Cell cell, long[] seeds) {
        return java.util.stream.LongStream.of(results.paired(seeds, List.of(cell)))
                .mapToObj(seed -> results.get(cell, seed).losses())
                .toArray(double[][]::new);
    }

    private static double[] meanCurve(double[][] curves) {
        double[] mean = new double[curves[0].length];
        for (double[] curve : curves) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += curve[i] / curves.length;
            }
        }
        return mean;
    }
}

package dev.gatun.hart.experiment;

import dev.gatun.hart.model.Pairing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * What the results of a folder say, as far as they go.
 *
 * @param size how large everything was
 * @param sections a table and its conclusions for each arm, and what it cost
 * @param diagnosis where a claim did not hold or is undecided, what speaks for implementation, size or claim
 * @param finished how many cells are finished
 * @param missing names of cells that are not finished
 * @param cpuSeconds processor seconds of all finished cells and main models together
 * @param figures what the plots are made from
 */
public record Findings(
        Scale size,
        List<Section> sections,
        List<String> diagnosis,
        int finished,
        List<String> missing,
        double cpuSeconds,
        Figures figures) {
    /**
     * Curves for the plots.
     *
     * @param losses each generator's training loss, mean over seeds (Figure 3)
     * @param varianceByAlpha detrended loss variance by alpha for each batch size and pairing, mean over seeds (Figure 4)
     * @param attention the parallel control's attention between pairs of states, [L, L], or null (Figure 1)
     */
    public record Figures(
            Map<String, double[]> losses, Map<String, Map<Double, Double>> varianceByAlpha, double[][] attention) {}

    static Findings of(Results results, Plan plan) {
        List<Section> sections = new ArrayList<>();
        for (Arm arm : plan.arms()) {
            sections.add(
                    switch (arm) {
                        case I -> new ArmOne(results, plan).section();
                        case II -> new ArmTwo(results, plan).section();
                        case III -> new ArmThree(results, plan).section();
                    });
        }
        sections.add(new Costs(results, plan).section());
        int finished = 0;
        double cpu = 0;
        List<String> missing = new ArrayList<>();
        for (Plan.Work work : plan.work()) {
            if (results.has(work.cell(), work.seed())) {
                finished++;
                cpu += last(results.get(work.cell(), work.seed()).cpuSeconds());
            } else {
                missing.add(work.name());
            }
        }
        for (long seed : plan.seeds()) {
            cpu += MainModel.exists(results.folder(), seed)
                    ? MainModel.report(results.folder(), seed).cpuSeconds()
                    : 0;
        }
        return new Findings(
                plan.scale(),
                sections,
                new Diagnosis(results, plan).lines(sections),
                finished,
                missing,
                cpu,
                figures(results, plan));
    }

    private static double last(double[] values) {
        return values[values.length - 1];
    }

    private static Figures figures(Results results, Plan plan) {
        long[] seeds = plan.seeds();
        Map<String, double[]> losses = new TreeMap<>();
        Cell parallel = Arm.plain(plan.scale(), Design.PARALLEL, Feed.BOTH);
        for (Cell cell : plan.cells(Arm.II)) {
            double[][] curves = curves(results, cell, seeds);
            if (curves.length > 0) {
                losses.put(cell.design().name().toLowerCase(Locale.ROOT), meanCurve(curves));
            }
        }
        Map<String, Map<Double, Double>> variances = new TreeMap<>();
        for (Cell cell : plan.cells(Arm.III)) {
            double[] values = LongStream.of(results.paired(seeds, List.of(cell)))
                    .mapToDouble(seed -> ArmThree.lossVariance(results.get(cell, seed)))
                    .toArray();
            if (values.length > 0) {
                // Without the loss it is of no matter what it pairs: the point belongs to all curves.
                for (Pairing pairing : cell.alpha() == 0 ? plan.grid().pairings() : List.of(cell.pairing())) {
                    String name = "B=" + cell.batch() + ", " + pairing.name().toLowerCase(Locale.ROOT);
                    variances.computeIfAbsent(name, _ -> new TreeMap<>()).put(cell.alpha(), Statistics.mean(values));
                }
            }
        }
        double[][] attention = LongStream.of(results.paired(seeds, List.of(parallel)))
                .mapToObj(seed -> results.get(parallel, seed).attention())
                .findFirst()
                .orElse(null);
        return new Figures(losses, variances, attention);
    }

    private static double[][] curves(Results results, Cell cell, long[] seeds) {
        return LongStream.of(results.paired(seeds, List.of(cell)))
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

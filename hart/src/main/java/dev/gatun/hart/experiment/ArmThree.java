package dev.gatun.hart.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** Arm (iii): what the consistency loss does to training. */
final class ArmThree {
    private final Results results;
    private final Scale scale;
    private final ConsistencyGrid grid;
    private final long[] seeds;

    ArmThree(Results results, Plan plan) {
        this.results = results;
        this.scale = plan.scale();
        this.grid = plan.grid();
        this.seeds = plan.seeds();
    }

    Section section() {
        List<List<String>> rows = new ArrayList<>();
        List<Claim> claims = new ArrayList<>();
        for (int batch : grid.batches()) {
            Cell plain = grid.plain(scale, batch);
            rows.add(row(plain, plain, "–"));
            for (Cell cell : grid.weighted(scale, batch)) {
                rows.add(row(cell, plain, cell.pairing().toString().toLowerCase(Locale.ROOT)));
                claims.add(claim(cell, plain));
            }
        }
        return new Section(
                "Arm (iii): the consistency loss",
                "Ratios to alpha 0 of the same seed and batch size, with 95 % intervals (Student's t over seeds, of"
                        + " logarithms): variance of the training loss less its running median of 25 steps, of the gradient"
                        + " norm likewise, and of h between held-out tasks. Spikes: losses more than 4 median absolute"
                        + " deviations above that median. Held-out: exact match, difference to alpha 0 in points (bootstrap"
                        + " over seeds × tasks).",
                List.of(
                        "B",
                        "alpha",
                        "pairing",
                        "seeds",
                        "loss variance",
                        "spikes",
                        "gradient-norm variance",
                        "h between tasks",
                        "held-out %",
                        "held-out difference"),
                rows.stream().filter(row -> !row.get(3).equals("0")).toList(),
                claims);
    }

    private List<String> row(Cell cell, Cell plain, String pairing) {
        long[] own = results.paired(seeds, List.of(cell, plain));
        List<String> row = new ArrayList<>(List.of(
                Integer.toString(cell.batch()),
                String.format(Locale.ROOT, "%.0f", cell.alpha()),
                pairing,
                Integer.toString(own.length)));
        if (own.length == 0) {
            return row;
        }
        row.add(logRatio(cell, plain, own, ArmThree::lossVariance).ratio());
        row.add(String.format(
                Locale.ROOT,
                "%.1f",
                LongStream.of(own)
                        .mapToDouble(seed -> Statistics.spikes(
                                Statistics.detrended(results.get(cell, seed).losses())))
                        .average()
                        .orElseThrow()));
        row.add(logRatio(cell, plain, own, ArmThree::gradientVariance).ratio());
        row.add(logRatio(cell, plain, own, CellResult::betweenTasks).ratio());
        row.add(String.format(
                Locale.ROOT,
                "%.1f",
                100
                        * Statistics.mean(LongStream.of(own)
                                .mapToDouble(seed -> Statistics.mean(
                                        results.get(cell, seed).heldOut().get(Demonstrations.RIGHT)))
                                .toArray())));
        row.add(cell == plain ? "–" : heldOut(cell, plain, own).percent());
        return row;
    }

    private Claim claim(Cell cell, Cell plain) {
        String claim = String.format(
                Locale.ROOT,
                "B=%d, alpha=%.0f, pairing %s: the loss is smoother, at no cost in held-out accuracy",
                cell.batch(),
                cell.alpha(),
                cell.pairing().toString().toLowerCase(Locale.ROOT));
        long[] own = results.paired(seeds, List.of(cell, plain));
        if (own.length == 0) {
            return Claim.notMeasured(claim);
        }
        Interval variance = logRatio(cell, plain, own, ArmThree::lossVariance);
        Interval accuracy = heldOut(cell, plain, own);
        Interval between = logRatio(cell, plain, own, CellResult::betweenTasks);
        Verdict smoother = Verdict.negative(variance);
        return new Claim(
                claim,
                accuracy.negative() ? Verdict.DOES_NOT_HOLD : smoother,
                "variance × " + variance.ratio() + ", held-out " + accuracy.percent() + " points, h between tasks × "
                        + between.ratio()
                        + (accuracy.negative() && between.negative() ? ": tasks collapse" : ""));
    }

    /** The variance of the detrended training loss. */
    static double lossVariance(CellResult result) {
        return Statistics.variance(Statistics.detrended(result.losses()));
    }

    private static double gradientVariance(CellResult result) {
        return Statistics.variance(Statistics.detrended(result.gradNorms()));
    }

    private Interval logRatio(Cell cell, Cell plain, long[] own, ToDoubleFunction<CellResult> value) {
        return Statistics.overSeeds(LongStream.of(own)
                .mapToDouble(seed -> Math.log(
                        value.applyAsDouble(results.get(cell, seed)) / value.applyAsDouble(results.get(plain, seed))))
                .toArray());
    }

    private Interval heldOut(Cell cell, Cell plain, long[] own) {
        return Statistics.overSeedsAndTasks(Statistics.difference(accuracy(cell, own), accuracy(plain, own)));
    }

    private double[][] accuracy(Cell cell, long[] own) {
        return LongStream.of(own)
                .mapToObj(seed -> results.get(cell, seed).heldOut().get(Demonstrations.RIGHT))
                .toArray(double[][]::new);
    }
}

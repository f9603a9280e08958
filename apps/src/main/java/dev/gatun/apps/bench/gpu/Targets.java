package dev.gatun.apps.bench.gpu;

import java.util.ArrayList;
import java.util.List;

/** What is wanted of a row. */
final class Targets {
    private static final double TRAIN = 1.0;
    private static final double TRAIN_SHARE = 1.15;
    private static final double TRAIN_AIM = 0.45;
    private static final double HART = 1.2;
    private static final double GENERATE = 2.0;
    private static final double ADAM = 0.8;
    private static final double ADAPT_MILLIS = 60;

    private Targets() {}

    /**
     * What a row came to; NaN where that is not known.
     *
     * @param ratio how many times as fast as Python; of generation, the better of that with and that without a graph
     * @param ofCopy the part of the copy's bandwidth
     * @param ofPeak the part of the device's peak
     */
    record Outcome(double millis, double ratio, double ofCopy, double ofPeak) {}

    /**
     * A target, and whether it was met.
     *
     * @param met empty where nothing was measured that could tell
     */
    record Verdict(String target, String met) {
        private static Verdict of(String target, double found, double least) {
            return new Verdict(target, Double.isNaN(found) ? "" : found >= least ? "met" : "missed");
        }
    }

    /** None for most rows, several for a training step. */
    static List<Verdict> of(GpuRow row, Outcome found) {
        return switch (row.kind()) {
            case TRAIN -> train(row, found);
            case HART -> List.of(fast(HART, found));
            case GENERATE1, GENERATE1_GRAPH -> List.of(fast(GENERATE, found));
            case ADAM8BIT -> List.of(Verdict.of("80 % of the copy's GB/s", found.ofCopy(), ADAM));
            case ADAPT, ADAPT_GRAPH ->
                row.size() == GpuSize.LARGE
                        ? List.of(Verdict.of("at most 60 ms", -found.millis(), -ADAPT_MILLIS))
                        : List.of();
            default -> List.of();
        };
    }

    private static List<Verdict> train(GpuRow row, Outcome found) {
        List<Verdict> verdicts = new ArrayList<>();
        verdicts.add(fast(TRAIN, found));
        // Both do the same operations, so their shares of the peak are to each other as their speeds.
        verdicts.add(
                Verdict.of(GpuPage.ratio(TRAIN_SHARE) + " times Python's share of peak", found.ratio(), TRAIN_SHARE));
        if (row.size() == GpuSize.LARGE) {
            String met = Double.isNaN(found.ofPeak()) ? "" : found.ofPeak() >= TRAIN_AIM ? "reached" : "not reached";
            verdicts.add(new Verdict("towards 45 % of peak", met));
        }
        return verdicts;
    }

    private static Verdict fast(double wanted, Outcome found) {
        return Verdict.of(GpuPage.ratio(wanted) + " times as fast", found.ratio(), wanted);
    }
}

package dev.gatun.apps.bench.gpu;

/** What is wanted of a row. */
final class Targets {
    private static final double TRAIN = 1.0;
    private static final double HART = 1.2;
    private static final double GENERATE = 2.0;
    private static final double ADAM = 0.8;
    private static final double ADAPT_MILLIS = 60;

    private Targets() {}

    /**
     * A target, and whether it was met.
     *
     * @param met empty where nothing was measured that could tell
     */
    record Verdict(String target, String met) {
        private static Verdict of(String target, boolean known, boolean met) {
            return new Verdict(target, !known ? "" : met ? "met" : "missed");
        }
    }

    /**
     * @param ratio how many times as fast as Python, or NaN
     * @param ofCopy the part of the copy's bandwidth that it came to
     */
    static Verdict of(GpuRow row, double millis, double ratio, double ofCopy) {
        return switch (row.kind()) {
            case TRAIN -> fast(TRAIN, ratio);
            case HART -> fast(HART, ratio);
            case GENERATE1 -> fast(GENERATE, ratio);
            case ADAM8BIT -> Verdict.of("80 % of the copy's GB/s", !Double.isNaN(ofCopy), ofCopy >= ADAM);
            case ADAPT, ADAPT_GRAPH ->
                row.size() == GpuSize.LARGE
                        ? Verdict.of("at most 60 ms", true, millis <= ADAPT_MILLIS)
                        : new Verdict("", "");
            default -> new Verdict("", "");
        };
    }

    private static Verdict fast(double wanted, double ratio) {
        return Verdict.of(GpuPage.ratio(wanted) + " times as fast", !Double.isNaN(ratio), ratio >= wanted);
    }
}

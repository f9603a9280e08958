package dev.gatun.hart.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;

/** Arm (ii): whether it helps to generate the states layer by layer. */
final class ArmTwo {
    private final Results results;
    private final Scale scale;
    private final long[] seeds;

    ArmTwo(Results results, Plan plan) {
        this.results = results;
        this.scale = plan.scale();
        this.seeds = plan.seeds();
    }

    Section section() {
        List<List<String>> rows = new ArrayList<>();
        for (Design design : Design.values()) {
            Cell cell = cell(design);
            long[] own = results.paired(seeds, List.of(cell));
            if (own.length == 0) {
                continue;
            }
            long[] both = results.paired(seeds, List.of(cell, cell(Design.SHARED)));
            rows.add(List.of(
                    design.name().toLowerCase(Locale.ROOT),
                    Integer.toString(own.length),
                    number(own, seed -> Statistics.mean(losses(design, seed)), "%.3f"),
                    number(own, seed -> end(losses(design, seed)), "%.3f"),
                    number(
                            both,
                            seed -> Statistics.stepsTo(losses(design, seed), end(losses(Design.SHARED, seed))),
                            "%.0f"),
                    number(own, seed -> secondsPerStep(design, seed), "%.3f"),
                    number(
                            own,
                            seed -> 100
                                    * Statistics.mean(
                                            results.get(cell, seed).heldOut().get(Demonstrations.RIGHT)),
                            "%.1f")));
        }
        return new Section(
                "Arm (ii): generators, without consistency loss",
                "Prefixes and fusion, as in the paper. Area: mean training loss over all steps (smaller is better); last: over"
                        + " the last tenth; to threshold: steps until the running mean of 25 losses is below `shared`'s last"
                        + " tenth of the same seed (the number of steps if never). Intervals: Student's t over seeds, since a"
                        + " curve is one value a seed. Equal time: both curves up to the processor time that both had.",
                List.of(
                        "generator",
                        "seeds",
                        "area",
                        "last",
                        "steps to threshold",
                        "CPU s a step",
                        "held-out exact match %"),
                rows,
                claims());
    }

    private List<Claim> claims() {
        List<Claim> claims = new ArrayList<>();
        for (boolean equalTime : new boolean[] {false, true}) {
            Claim cache = against(Design.CACHE, Design.SHARED, equalTime);
            Claim markov = against(Design.MARKOV, Design.SHARED, equalTime);
            claims.add(new Claim(
                    "Generating layer by layer (cache or markov) learns faster than one state for all, at equal "
                            + (equalTime ? "processor time" : "steps"),
                    cache.verdict().or(markov.verdict()),
                    "cache: " + cache.because() + "; markov: " + markov.because()));
            claims.add(against(Design.CACHE, Design.HYPERTUNING, equalTime));
            claims.add(against(Design.MARKOV, Design.HYPERTUNING, equalTime));
        }
        return claims;
    }

    private Claim against(Design one, Design other, boolean equalTime) {
        String claim = String.format(
                        "%s learns faster than %s at equal %s", one, other, equalTime ? "processor time" : "steps")
                .toLowerCase(Locale.ROOT);
        long[] own = results.paired(seeds, List.of(cell(one), cell(other)));
        if (own.length == 0) {
            return Claim.notMeasured(claim);
        }
        Interval area = Statistics.overSeeds(LongStream.of(own)
                .mapToDouble(seed -> equalTime
                        ? areaUpTo(commonTime(one, other, seed), one, seed)
                                - areaUpTo(commonTime(one, other, seed), other, seed)
                        : Statistics.mean(losses(one, seed)) - Statistics.mean(losses(other, seed)))
                .toArray());
        OptionalLong enough = area.seedsToDecide(own.length);
        return new Claim(
                claim,
                Verdict.negative(area),
                "difference of areas " + area + ", " + own.length + " seeds"
                        + (enough.isPresent()
                                ? "; with this mean and spread about " + enough.getAsLong() + " would decide"
                                : ""));
    }

    private Cell cell(Design design) {
        return Arm.plain(scale, design, Feed.BOTH);
    }

    private double[] losses(Design design, long seed) {
        return results.get(cell(design), seed).losses();
    }

    private double commonTime(Design one, Design other, long seed) {
        double[] first = results.get(cell(one), seed).cpuSeconds();
        double[] second = results.get(cell(other), seed).cpuSeconds();
        return Math.min(first[first.length - 1], second[second.length - 1]);
    }

    /** The mean over processor time, not over steps: each step's loss counts for as long as the step took. */
    private double areaUpTo(double time, Design design, long seed) {
        double[] clock = results.get(cell(design), seed).cpuSeconds();
        double[] losses = losses(design, seed);
        double sum = 0;
        double before = 0;
        for (int i = 0; i < losses.length && before < time; i++) {
            double now = Math.min(clock[i], time);
            sum += losses[i] * (now - before);
            before = now;
        }
        return sum / before;
    }

    private double secondsPerStep(Design design, long seed) {
        double[] clock = results.get(cell(design), seed).cpuSeconds();
        return clock[clock.length - 1] / clock.length;
    }

    private static double end(double[] losses) {
        int tenth = Math.max(1, losses.length / 10);
        return Statistics.mean(Arrays.copyOfRange(losses, losses.length - tenth, losses.length));
    }

    private static String number(long[] seeds, LongToDoubleFunction value, String format) {
        return seeds.length == 0
                ? "–"
                : String.format(
                        Locale.ROOT,
                        format,
                        LongStream.of(seeds).mapToDouble(value).average().orElseThrow());
    }
}

package dev.gatun.hart.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** Where a claim did not hold or is undecided: is it the implementation, the size, or the claim? */
final class Diagnosis {
    /** Below this share of what instruction tokens reach, a hypernetwork has not learned its job. */
    private static final double LEARNED = 0.5;

    private static final int ENOUGH_SEEDS = 5;

    private final Results results;
    private final Plan plan;

    Diagnosis(Results results, Plan plan) {
        this.results = results;
        this.plan = plan;
    }

    /** A sentence for each thing that speaks for one of the three; empty if all claims hold. */
    List<String> lines(List<Section> sections) {
        List<Claim> open = sections.stream()
                .flatMap(section -> section.claims().stream())
                .filter(claim -> claim.verdict() == Verdict.UNDECIDED || claim.verdict() == Verdict.DOES_NOT_HOLD)
                .toList();
        if (open.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        lines.add(
                "Implementation: the generators, prefixes, fusion and the consistency loss are compared with independent"
                        + " references and the specification's invariants in the tests of the module hart (HartGoldenTest,"
                        + " GeneratorTest, ConsistencyLossTest); where those pass, look at size and claim.");
        double instructed = mean(LongStream.of(plan.seeds())
                .filter(seed -> MainModel.exists(results.folder(), seed))
                .mapToObj(seed -> MainModel.report(results.folder(), seed).heldOut())
                .toList());
        learned(lines, instructed, "arms (i) and (ii)", Arm.plain(plan.scale(), Design.CACHE, Feed.BOTH));
        for (int batch : plan.arms().contains(Arm.III) ? plan.grid().batches() : List.<Integer>of()) {
            learned(lines, instructed, "arm (iii), B=" + batch, plan.grid().plain(plan.scale(), batch));
        }
        List<String> against = open.stream()
                .filter(claim -> claim.verdict() == Verdict.DOES_NOT_HOLD)
                .map(Claim::claim)
                .toList();
        if (!against.isEmpty()) {
            lines.add(
                    "Did not hold, and so speak against the claim at this size if its hypernetworks have learned, as the"
                            + " lines above say; --width 128 and --layers 8 tell whether a larger model changes it: "
                            + String.join("; ", against) + ".");
        }
        long undecided = open.stream()
                .filter(claim -> claim.verdict() == Verdict.UNDECIDED)
                .count();
        if (undecided > 0 && plan.seeds().length < ENOUGH_SEEDS) {
            lines.add(undecided + " claims are undecided with " + plan.seeds().length
                    + " seeds, and Student's interval of so few is wide: --seeds " + ENOUGH_SEEDS
                    + " adds to what is there.");
        }
        return lines;
    }

    private void learned(List<String> lines, double instructed, String where, Cell cell) {
        double reached = mean(LongStream.of(results.paired(plan.seeds(), List.of(cell)))
                .mapToObj(seed -> results.get(cell, seed).heldOut().get(Demonstrations.RIGHT))
                .toList());
        if (Double.isNaN(reached)) {
            return;
        }
        String numbers = String.format(
                Locale.ROOT,
                "%s: held-out tasks are at %.1f %% with HART (cache, fusion), at %.1f %% with instruction tokens; ",
                where,
                100 * reached,
                100 * instructed);
        lines.add(numbers
                + (reached < LEARNED * instructed
                        ? "the hypernetworks have not learned most of the tasks in their steps, so size and training time"
                                + " limit what these claims can show."
                        : "the hypernetworks do learn at this size, so what does not hold here speaks against the claim at"
                                + " this size."));
    }

    private static double mean(List<double[]> values) {
        return values.stream().mapToDouble(Statistics::mean).average().orElse(Double.NaN);
    }
}

package dev.gatun.hart.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.LongStream;

/** Arm (i): what carries the adaptation. */
final class ArmOne {
    private static final int RIGHT = 0;

    private final Results results;
    private final long[] seeds;
    private final List<Cell> cells;

    ArmOne(Results results, Plan plan) {
        this.results = results;
        this.seeds = plan.seeds();
        this.cells = plan.cells(Arm.I);
    }

    Section section() {
        List<List<String>> rows = new ArrayList<>();
        for (Cell cell : cells) {
            long[] own = results.paired(seeds, List.of(cell));
            List<String> row = new ArrayList<>(List.of(name(cell), Integer.toString(own.length)));
            for (Demonstrations what : Demonstrations.values()) {
                boolean there =
                        own.length > 0 && results.get(cell, own[0]).heldOut().containsKey(what);
                row.add(
                        there
                                ? Statistics.overSeedsAndTasks(accuracy(cell, what, own))
                                        .percent()
                                : "–");
            }
            row.add(
                    own.length == 0
                            ? "–"
                            : percent(Statistics.mean(LongStream.of(own)
                                    .mapToDouble(seed -> results.get(cell, seed).training())
                                    .toArray())));
            rows.add(row);
        }
        long[] mains = LongStream.of(seeds)
                .filter(seed -> MainModel.exists(results.folder(), seed))
                .toArray();
        if (mains.length > 0) {
            String training = percent(Statistics.mean(LongStream.of(mains)
                    .mapToDouble(
                            seed -> MainModel.report(results.folder(), seed).training())
                    .toArray()));
            rows.add(main("no hypernetwork, instruction tokens", mains, MainModel.Report::heldOut, training));
            rows.add(main("no hypernetwork, in-context", mains, MainModel.Report::inContext, "–"));
            rows.add(main("no hypernetwork, names the task", mains, MainModel.Report::naming, "–"));
        }
        Cell prefix = cells.get(RIGHT);
        Cell without = cells.get(1);
        Cell both = cells.get(2);
        Cell fusion = cells.get(3);
        return new Section(
                "Arm (i): what carries the adaptation",
                "Exact match on held-out tasks in %, mean and 95 % interval (bootstrap over seeds × tasks), by what the"
                        + " hypernetwork reads; the last column is for training tasks with the right demonstrations. In-context: demonstrations stand"
                        + " before the query in the main model's input, as they never did in pre-training. Names the task: share of"
                        + " held-out tasks' demonstrations of which the main model tells the instruction tokens.",
                List.of("variant", "seeds", "right", "wrong task", "shuffled outputs", "none", "training tasks"),
                rows,
                List.of(
                        prefixOnly(prefix, without),
                        difference(
                                "Fusion alone beats the wrong task's demonstrations",
                                fusion,
                                Demonstrations.RIGHT,
                                fusion,
                                Demonstrations.WRONG),
                        difference(
                                "With prefixes only, pairing of inputs and outputs matters",
                                prefix,
                                Demonstrations.RIGHT,
                                prefix,
                                Demonstrations.SHUFFLED),
                        difference("Prefixes add to fusion", both, Demonstrations.RIGHT, fusion, Demonstrations.RIGHT),
                        difference(
                                "Fusion adds to prefixes", both, Demonstrations.RIGHT, prefix, Demonstrations.RIGHT)));
    }

    private Claim prefixOnly(Cell prefix, Cell without) {
        String claim = "Prefixes alone adapt: the right demonstrations beat none and those of another task";
        long[] own = results.paired(seeds, List.of(prefix, without));
        if (own.length == 0) {
            return Claim.notMeasured(claim);
        }
        Interval none = between(prefix, Demonstrations.RIGHT, without, Demonstrations.NONE, own);
        Interval wrong = between(prefix, Demonstrations.RIGHT, prefix, Demonstrations.WRONG, own);
        return new Claim(
                claim,
                Verdict.positive(none).and(Verdict.positive(wrong)),
                "right minus none " + none.percent() + ", right minus wrong " + wrong.percent() + seeds(own));
    }

    private Claim difference(String claim, Cell better, Demonstrations with, Cell worse, Demonstrations without) {
        long[] own = results.paired(seeds, List.of(better, worse));
        if (own.length == 0) {
            return Claim.notMeasured(claim);
        }
        Interval interval = between(better, with, worse, without, own);
        return new Claim(claim, Verdict.positive(interval), "difference " + interval.percent() + seeds(own));
    }

    /** Said beside each interval: of one seed it knows the spread of tasks only. */
    private static String seeds(long[] own) {
        return ", seeds: " + own.length;
    }

    private Interval between(Cell better, Demonstrations with, Cell worse, Demonstrations without, long[] own) {
        return Statistics.overSeedsAndTasks(
                Statistics.difference(accuracy(better, with, own), accuracy(worse, without, own)));
    }

    private double[][] accuracy(Cell cell, Demonstrations what, long[] own) {
        return LongStream.of(own)
                .mapToObj(seed -> results.get(cell, seed).heldOut().get(what))
                .toArray(double[][]::new);
    }

    private List<String> main(
            String name, long[] mains, Function<MainModel.Report, double[]> measure, String training) {
        double[][] accuracy = LongStream.of(mains)
                .mapToObj(seed -> measure.apply(MainModel.report(results.folder(), seed)))
                .toArray(double[][]::new);
        return List.of(
                name,
                Integer.toString(mains.length),
                Statistics.overSeedsAndTasks(accuracy).percent(),
                "–",
                "–",
                "–",
                training);
    }

    private static String name(Cell cell) {
        String feed = cell.feed().toString().toLowerCase(Locale.ROOT);
        return (cell.feed() == Feed.BOTH ? "prefixes and fusion" : feed + " only")
                + (cell.shown() == Demonstrations.NONE ? ", trained without demonstrations" : "");
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }
}

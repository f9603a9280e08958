package dev.gatun.hart.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;

/** What each model cost. */
final class Costs {
    private final Results results;
    private final Plan plan;

    Costs(Results results, Plan plan) {
        this.results = results;
        this.plan = plan;
    }

    /** A row for the main model and for each hypernetwork of which a seed is finished. */
    Section section() {
        List<List<String>> rows = new ArrayList<>();
        long[] mains = LongStream.of(plan.seeds())
                .filter(seed -> MainModel.exists(results.folder(), seed))
                .toArray();
        rows.add(List.of(
                "main model",
                Integer.toString(mains.length),
                Integer.toString(plan.scale().mainSteps()),
                mean(mains, seed -> MainModel.report(results.folder(), seed).cpuSeconds()),
                "–"));
        plan.work().stream().map(Plan.Work::cell).distinct().forEach(cell -> {
            long[] own = results.paired(plan.seeds(), List.of(cell));
            if (own.length > 0) {
                rows.add(List.of(
                        cell.id(),
                        Integer.toString(own.length),
                        Integer.toString(cell.steps()),
                        mean(own, seed -> results.get(cell, seed).cpuSeconds()[cell.steps() - 1]),
                        mean(own, seed -> results.get(cell, seed).wallSeconds())));
            }
        });
        return new Section(
                "What it cost",
                "Means over seeds. Processor time is that of the cell's one thread in training and does not count what others"
                        + " computed meanwhile; the clock counts that too, and evaluation.",
                List.of("model", "seeds finished", "steps", "processor s", "s on the clock"),
                rows,
                List.of());
    }

    private static String mean(long[] seeds, LongToDoubleFunction value) {
        return seeds.length == 0
                ? "–"
                : String.format(
                        Locale.ROOT,
                        "%.0f",
                        LongStream.of(seeds).mapToDouble(value).average().orElseThrow());
    }
}

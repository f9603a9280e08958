package dev.gatun.hart.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Draws episodes: a pure function of seed and step, so every variant of a seed sees the same data in the same order. */
final class EpisodeSource {
    private static final int LENGTH = 4;

    private final List<SymbolTask> tasks;
    private final long seed;
    private final int demonstrations;

    EpisodeSource(List<SymbolTask> tasks, long seed, int demonstrations) {
        this.tasks = tasks;
        this.seed = seed;
        this.demonstrations = demonstrations;
    }

    /** Step {@code step}'s batch of {@code batch} random tasks. */
    Episodes batch(long step, int batch, int queries, Demonstrations what) {
        SplittableRandom random = random(step);
        return of(chosen(random, batch), random, queries, what);
    }

    /** Set {@code set} of demonstrations of every task, each with {@code queries} queries; for evaluation. */
    Episodes all(long set, int queries, Demonstrations what) {
        return of(tasks, new SplittableRandom(~(seed * 1_000_003 + set)), queries, what);
    }

    /** Queries with the task's instruction tokens and no demonstrations: what the main model is pre-trained on. */
    Episodes instructed(long step, int batch) {
        SplittableRandom random = random(step);
        return instructed(chosen(random, batch), random, 1);
    }

    /** {@code queries} instructed queries of every task. */
    Episodes allInstructed(int queries) {
        return instructed(tasks, new SplittableRandom(~seed), queries);
    }

    /** Demonstrations, of which the instruction tokens are to be told: what the main model learns to read from. */
    Episodes named(long step, int batch) {
        SplittableRandom random = random(step);
        return named(chosen(random, batch), random, 1);
    }

    /** {@code sets} sets of demonstrations of every task, to be named. */
    Episodes allNamed(int sets) {
        return named(tasks, new SplittableRandom(~seed), sets);
    }

    private SplittableRandom random(long step) {
        return new SplittableRandom(seed * 1_000_003 + step);
    }

    private List<SymbolTask> chosen(SplittableRandom random, int count) {
        List<SymbolTask> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chosen.add(tasks.get(random.nextInt(tasks.size())));
        }
        return chosen;
    }

    private Episodes named(List<SymbolTask> chosen, SplittableRandom random, int sets) {
        List<long[]> hyper = new ArrayList<>();
        List<long[]> main = new ArrayList<>();
        List<long[]> labels = new ArrayList<>();
        for (SymbolTask task : chosen) {
            hyper.add(end());
            for (int set = 0; set < sets; set++) {
                main.add(demonstrations(task, random, Demonstrations.RIGHT, new ArrayList<>()));
                labels.add(joined(task.instruction(), end()));
            }
        }
        return Episodes.of(chosen, hyper, main, labels);
    }

    private static Episodes instructed(List<SymbolTask> chosen, SplittableRandom random, int queries) {
        List<long[]> hyper = new ArrayList<>();
        List<long[]> main = new ArrayList<>();
        List<long[]> labels = new ArrayList<>();
        for (SymbolTask task : chosen) {
            hyper.add(end());
            for (int q = 0; q < queries; q++) {
                int[] x = symbols(random);
                main.add(joined(task.instruction(), SymbolTask.input(x), end()));
                labels.add(joined(task.output(x), end()));
            }
        }
        return Episodes.of(chosen, hyper, main, labels);
    }

    private Episodes of(List<SymbolTask> chosen, SplittableRandom random, int queries, Demonstrations what) {
        List<long[]> hyper = new ArrayList<>();
        List<long[]> main = new ArrayList<>();
        List<long[]> labels = new ArrayList<>();
        for (SymbolTask task : chosen) {
            // Demonstrations come from a generator of their own: queries are the same whatever is demonstrated.
            SplittableRandom own = random.split();
            List<int[]> used = new ArrayList<>();
            hyper.add(demonstrations(task, own, what, used));
            for (int q = 0; q < queries; q++) {
                int[] x = unused(random, used);
                main.add(joined(SymbolTask.input(x), end()));
                labels.add(joined(task.output(x), end()));
            }
        }
        return Episodes.of(chosen, hyper, main, labels);
    }

    private long[] demonstrations(SymbolTask task, SplittableRandom random, Demonstrations what, List<int[]> used) {
        if (what == Demonstrations.NONE) {
            return end();
        }
        SymbolTask shown = what == Demonstrations.WRONG ? other(task, random) : task;
        for (int k = 0; k < demonstrations; k++) {
            used.add(unused(random, used));
        }
        long[] text = {};
        for (int k = 0; k < demonstrations; k++) {
            int[] answered = used.get(what == Demonstrations.SHUFFLED ? (k + 1) % demonstrations : k);
            text = joined(text, SymbolTask.input(used.get(k)), new long[] {SymbolTask.ARROW}, shown.output(answered));
        }
        return joined(text, end());
    }

    private SymbolTask other(SymbolTask task, SplittableRandom random) {
        while (true) {
            SymbolTask candidate = tasks.get(random.nextInt(tasks.size()));
            if (candidate.operation() != task.operation() && candidate.map() != task.map()) {
                return candidate;
            }
        }
    }

    private static int[] unused(SplittableRandom random, List<int[]> used) {
        while (true) {
            int[] x = symbols(random);
            if (used.stream().noneMatch(earlier -> Arrays.equals(earlier, x))) {
                return x;
            }
        }
    }

    /** Distinct symbols in random order: with repeated ones, several operations would often give the same. */
    private static int[] symbols(SplittableRandom random) {
        int[] all = new int[SymbolTask.SYMBOLS];
        Arrays.setAll(all, i -> i);
        for (int i = 0; i < LENGTH; i++) {
            int j = random.nextInt(i, all.length);
            int kept = all[i];
            all[i] = all[j];
            all[j] = kept;
        }
        return Arrays.copyOf(all, LENGTH);
    }

    private static long[] end() {
        return new long[] {SymbolTask.END};
    }

    private static long[] joined(long[]... parts) {
        return Arrays.stream(parts).flatMapToLong(Arrays::stream).toArray();
    }
}

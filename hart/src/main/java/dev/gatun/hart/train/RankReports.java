package dev.gatun.hart.train;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What ranks tell each other at the end of a step: their shares of the losses, whether one was asked to stop, and how long each
 * was busy, which shows the one that all others wait for.
 */
final class RankReports {
    private static final int WINDOW = 20;
    private static final int ENOUGH = 5;

    /** What is sent before the times of the ranks. */
    private static final int HEAD = 4;

    private final World world;
    private final double factor;
    private final Consumer<String> warnings;
    private final double[][] busy = new double[WINDOW][];
    private final double[][] waiting = new double[WINDOW][];
    private int steps;
    private int straggler = -1;

    /**
     * @param factor how many times as long as the median rank a straggler takes
     * @param warnings is told of a straggler when it begins to be one
     */
    RankReports(World world, double factor, Consumer<String> warnings) {
        this.world = world;
        this.factor = factor;
        this.warnings = warnings;
    }

    /** @param stop whether any rank was asked to stop */
    record Told(Losses losses, boolean stop) {}

    /**
     * Sends this rank's report; returns that of all together.
     *
     * @param seconds from the step's begin until its gradients were handed over
     * @param waited of these, for data
     */
    Told exchange(Losses own, boolean stop, double seconds, double waited) {
        int ranks = world.size();
        if (ranks == 1) {
            return new Told(own, stop);
        }
        double[] report = new double[HEAD + 2 * ranks];
        report[0] = own.pred();
        report[1] = own.cst();
        report[2] = own.total();
        report[3] = stop ? 1 : 0;
        report[HEAD + world.rank()] = seconds;
        report[HEAD + ranks + world.rank()] = waited;
        double[] all = world.sum(report);
        busy[steps % WINDOW] = Arrays.copyOfRange(all, HEAD, HEAD + ranks);
        waiting[steps % WINDOW] = Arrays.copyOfRange(all, HEAD + ranks, HEAD + 2 * ranks);
        steps++;
        find();
        return new Told(new Losses(all[0], all[1], all[2]), all[3] > 0);
    }

    private void find() {
        int before = straggler;
        straggler = -1;
        if (steps < ENOUGH) {
            return;
        }
        double[] means = means(busy);
        double[] sorted = means.clone();
        Arrays.sort(sorted);
        double median = sorted[(sorted.length - 1) / 2];
        for (int rank = 0; rank < means.length; rank++) {
            if (means[rank] == sorted[sorted.length - 1] && means[rank] > factor * median) {
                straggler = rank;
            }
        }
        if (straggler >= 0 && straggler != before) {
            warnings.accept(String.format(
                    Locale.ROOT,
                    "warning: rank %d takes %.1f times as long for a step as the median rank (%.3g s, of which it waits %.3g s"
                            + " for data)",
                    straggler,
                    means[straggler] / median,
                    means[straggler],
                    means(waiting)[straggler]));
        }
    }

    private double[] means(double[][] window) {
        int count = Math.min(steps, WINDOW);
        double[] means = new double[world.size()];
        for (int i = 0; i < count; i++) {
            for (int rank = 0; rank < means.length; rank++) {
                means[rank] += window[i][rank] / count;
            }
        }
        return means;
    }

    /** Adds to a line of metrics how long each rank was busy in the last step, and which one is a straggler. */
    void describe(Map<String, Object> entry) {
        if (steps > 0) {
            entry.put("rank_seconds", busy[(steps - 1) % WINDOW]);
            if (straggler >= 0) {
                entry.put("straggler", straggler);
            }
        }
    }
}

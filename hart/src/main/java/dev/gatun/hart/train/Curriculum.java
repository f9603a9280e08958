package dev.gatun.hart.train;

import dev.gatun.data.SniTask;
import dev.gatun.data.Tokenizer;
import java.util.List;

/**
 * Short texts first: where a place to copy from is one of a few dozen, a model finds out within a few hundred steps that
 * copying pays; among hundreds it takes many times longer. Lengths grow in equal steps from a few tokens to those of the
 * run.
 *
 * @param share of the stage after which texts have their full length; 0 for no curriculum
 * @param steps of the stage
 */
public record Curriculum(double share, long steps) {
    /** How many lengths there are, the shortest and the full one included. */
    public static final int LEVELS = 6;

    /** The first part of the stage stays at the shortest texts. */
    private static final double WARM = 0.1;

    private static final int SHORTEST_EXAMPLE = 4;
    private static final int SHORTEST_INPUT = 8;

    /** The level of a step, from 0, the shortest, to {@code LEVELS - 1}, full length. */
    public int level(long step) {
        double done = (double) step / steps;
        if (done >= share) {
            return LEVELS - 1;
        }
        double grown = Math.max(0, (done - WARM) / Math.max(1e-9, share - WARM));
        return Math.min(LEVELS - 1, (int) (grown * LEVELS));
    }

    /** {@code tasks}, already cut to the run's lengths {@code full}, at a level. */
    public static List<SniTask> tasks(List<SniTask> tasks, Shortening full, int level, Tokenizer tokenizer) {
        if (level == LEVELS - 1) {
            return tasks;
        }
        double grown = (double) level / (LEVELS - 1);
        return new Shortening(
                        tokenizer,
                        length(full.maxDefinition(), SHORTEST_EXAMPLE, grown),
                        length(full.maxExample(), SHORTEST_EXAMPLE, grown),
                        length(full.maxInput(), SHORTEST_INPUT, grown))
                .apply(tasks);
    }

    /** A limit of 0 means whole texts, which a curriculum treats as long ones. */
    private static int length(int full, int shortest, double grown) {
        int longest = full == 0 ? 128 : full;
        return Math.min(longest, (int) Math.round(shortest + grown * (longest - shortest)));
    }
}

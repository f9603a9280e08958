package dev.gatun.data;

import java.util.Arrays;

/**
 * How probable a model finds each of an example's choices.
 *
 * @param sums the sum of the log-probabilities of each choice's tokens, the end-of-sequence token included
 * @param tokens the number of those tokens
 */
public record ChoiceScores(double[] sums, int[] tokens) {
    /** How sums become comparable. */
    public enum Normalisation {
        /** The sum itself, as T0's evaluation has it. */
        SUM,
        /** The mean over tokens. */
        MEAN
    }

    /** Checks the lengths and values. */
    public ChoiceScores {
        if (sums.length == 0 || sums.length != tokens.length) {
            throw new IllegalArgumentException(
                    "scores need one sum and one count a choice, got " + sums.length + " and " + tokens.length);
        }
        if (Arrays.stream(sums).anyMatch(Double::isNaN) || Arrays.stream(tokens).anyMatch(n -> n < 1)) {
            throw new IllegalArgumentException("scores must be numbers over at least 1 token each, got sums "
                    + Arrays.toString(sums) + " over " + Arrays.toString(tokens) + " tokens");
        }
    }

    /**
     * Picks the most probable choice.
     *
     * @param normalisation how sums are compared
     * @return its index; the first of equals
     */
    public int best(Normalisation normalisation) {
        int best = 0;
        for (int i = 1; i < sums.length; i++) {
            if (value(i, normalisation) > value(best, normalisation)) {
                best = i;
            }
        }
        return best;
    }

    private double value(int choice, Normalisation normalisation) {
        return normalisation == Normalisation.SUM ? sums[choice] : sums[choice] / tokens[choice];
    }
}

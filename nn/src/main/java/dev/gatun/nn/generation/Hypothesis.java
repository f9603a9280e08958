package dev.gatun.nn.generation;

import java.util.Arrays;

/**
 * A sequence, finished or not.
 *
 * @param tokens the start token and what followed
 * @param logProbs of each token but the start token
 * @param score the sum of these, or a finished beam's score
 */
record Hypothesis(long[] tokens, double[] logProbs, double score) {
    static Hypothesis start(long token) {
        return new Hypothesis(new long[] {token}, new double[0], 0);
    }

    /** How many tokens follow the start token. */
    int length() {
        return logProbs.length;
    }

    long last() {
        return tokens[tokens.length - 1];
    }

    Hypothesis extended(long token, double logProb, double newScore) {
        long[] longer = Arrays.copyOf(tokens, tokens.length + 1);
        longer[tokens.length] = token;
        double[] more = Arrays.copyOf(logProbs, logProbs.length + 1);
        more[logProbs.length] = logProb;
        return new Hypothesis(longer, more, newScore);
    }

    void tell(GenerationListener listener, int row, boolean done) {
        if (listener != null) {
            listener.onTokens(row, Arrays.copyOfRange(tokens, 1, tokens.length), done);
        }
    }
}

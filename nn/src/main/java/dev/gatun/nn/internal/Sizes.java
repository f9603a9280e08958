package dev.gatun.nn.internal;

import java.util.Arrays;

/** Brings options given for one or for each spatial dimension into the form for each. */
public final class Sizes {
    private Sizes() {}

    /**
     * Returns {@code given} for {@code dims} dimensions: one number is repeated.
     *
     * @throws IllegalArgumentException if there are neither one nor {@code dims} numbers, or one is below {@code least}
     */
    public static long[] each(String what, long[] given, int dims, long least) {
        long[] all = given.length == 1 ? new long[dims] : given.clone();
        if (given.length == 1) {
            Arrays.fill(all, given[0]);
        }
        if (all.length != dims || Arrays.stream(all).anyMatch(size -> size < least)) {
            throw new IllegalArgumentException(what + " is one number or " + dims + ", each at least " + least
                    + ", not " + Arrays.toString(given));
        }
        return all;
    }
}

package dev.gatun.hart.experiment;

/**
 * A claim and what was found.
 *
 * @param claim the sentence that is put to the test
 * @param verdict what the interval says
 * @param because the intervals
 */
public record Claim(String claim, Verdict verdict, String because) {
    static Claim notMeasured(String claim) {
        return new Claim(claim, Verdict.NOT_MEASURED, "cells that it needs are not finished");
    }

    /** As one line. */
    @Override
    public String toString() {
        return claim + ": " + verdict + " (" + because + ")";
    }
}

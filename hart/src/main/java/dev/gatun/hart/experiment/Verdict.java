package dev.gatun.hart.experiment;

/** What the measurements say of a claim. */
public enum Verdict {
    /** The whole interval lies on the claim's side of 0. */
    HOLDS("holds"),
    /** The whole interval lies on the other side. */
    DOES_NOT_HOLD("does not hold"),
    /** The interval contains 0. */
    UNDECIDED("undecided"),
    /** Cells that it needs are not finished. */
    NOT_MEASURED("not measured");

    private final String words;

    Verdict(String words) {
        this.words = words;
    }

    static Verdict positive(Interval interval) {
        return interval.positive() ? HOLDS : interval.negative() ? DOES_NOT_HOLD : UNDECIDED;
    }

    static Verdict negative(Interval interval) {
        return interval.negative() ? HOLDS : interval.positive() ? DOES_NOT_HOLD : UNDECIDED;
    }

    /** Of a claim that needs both: fails with either, holds with both. */
    Verdict and(Verdict other) {
        if (this == NOT_MEASURED || other == NOT_MEASURED) {
            return NOT_MEASURED;
        }
        if (this == DOES_NOT_HOLD || other == DOES_NOT_HOLD) {
            return DOES_NOT_HOLD;
        }
        return this == HOLDS && other == HOLDS ? HOLDS : UNDECIDED;
    }

    /** Of a claim that either is enough for. */
    Verdict or(Verdict other) {
        if (this == HOLDS || other == HOLDS) {
            return HOLDS;
        }
        if (this == UNDECIDED || other == UNDECIDED) {
            return UNDECIDED;
        }
        return this == NOT_MEASURED || other == NOT_MEASURED ? NOT_MEASURED : DOES_NOT_HOLD;
    }

    @Override
    public String toString() {
        return words;
    }
}

package dev.gatun.hart.model;

/** What the consistency loss compares a state with in a batch of mixed tasks (specification 5, {@code cst.pairing}). */
public enum Pairing {
    /** The same slot's state of the previous step, whatever its task. */
    SLOT,
    /** Batch means only: the mean of the states with the mean of the previous step's. Needs the batch in one piece. */
    MEAN,
    /** The last state of the same task, from whichever step it was in; a task's first state costs nothing. */
    TASK,
    /** Every state of the previous step: the expectation of {@link #SLOT} over all ways to order that step's slots. */
    ALLPAIRS
}

package dev.gatun.nn.distributed;

import java.util.List;

/** Processes could not work together: the message names the operation, what it worked on, and the ranks at fault if known. */
public class DistributedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // one of java.util's, which can be written
    private final List<Integer> ranks;

    /** An exception with that message. */
    public DistributedException(String message) {
        this(message, null);
    }

    /** An exception with that message and cause. */
    public DistributedException(String message, Throwable cause) {
        this(message, cause, List.of());
    }

    /** An exception that is the fault of {@code ranks}. */
    public DistributedException(String message, Throwable cause, List<Integer> ranks) {
        super(message, cause);
        this.ranks = List.copyOf(ranks);
    }

    /** The ranks that were absent, have left or have failed, as far as this rank knows; empty if it knows of none. */
    public List<Integer> ranks() {
        return ranks;
    }
}

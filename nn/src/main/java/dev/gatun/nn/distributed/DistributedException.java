package dev.gatun.nn.distributed;

/** Processes could not work together: the message names the operation, what it worked on, and the ranks at fault if known. */
public class DistributedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An exception with that message. */
    public DistributedException(String message) {
        super(message);
    }

    /** An exception with that message and cause. */
    public DistributedException(String message, Throwable cause) {
        super(message, cause);
    }
}

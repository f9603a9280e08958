package dev.gatun.hart.train;

/** A run folder that cannot be used, or a file in it; the message says what, where, and what to do. */
public final class RunException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a one-line message. */
    public RunException(String message) {
        super(message);
    }

    /** With a one-line message and its cause. */
    public RunException(String message, Throwable cause) {
        super(message, cause);
    }
}

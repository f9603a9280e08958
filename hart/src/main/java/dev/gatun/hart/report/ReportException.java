package dev.gatun.hart.report;

/** Events, a report or a table that cannot be made; the message says what, where, and what to do. */
public final class ReportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a one-line message. */
    public ReportException(String message) {
        super(message);
    }

    /** With a one-line message and its cause. */
    public ReportException(String message, Throwable cause) {
        super(message, cause);
    }
}

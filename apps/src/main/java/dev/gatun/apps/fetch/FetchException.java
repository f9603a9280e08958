package dev.gatun.apps.fetch;

/** A download that cannot be made or must not be used; the message says what, where, and what to do. */
public final class FetchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FetchException(String message) {
        super(message);
    }

    FetchException(String message, Throwable cause) {
        super(message, cause);
    }
}

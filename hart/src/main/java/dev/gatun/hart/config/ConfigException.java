package dev.gatun.hart.config;

/** A configuration that cannot be used; the message says which key, what was expected, what came, and what to do. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a one-line message. */
    public ConfigException(String message) {
        super(message);
    }

    ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}

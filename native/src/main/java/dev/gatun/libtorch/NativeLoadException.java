package dev.gatun.libtorch;

/** A native library cannot be found or loaded; the message says which, where it was looked for, and what to do. */
public final class NativeLoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NativeLoadException(String message) {
        super(message);
    }

    NativeLoadException(String message, Throwable cause) {
        super(message, cause);
    }
}

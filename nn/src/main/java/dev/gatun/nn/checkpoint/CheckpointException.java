package dev.gatun.nn.checkpoint;

import java.nio.file.Path;

/** A file of weights that cannot be read or written: one line that says what, where, and what to do. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** About {@code file}; {@code cause} may be null. */
    public CheckpointException(Path file, String what, String remedy, Throwable cause) {
        super(file + ": " + what + "; " + remedy, cause);
    }
}

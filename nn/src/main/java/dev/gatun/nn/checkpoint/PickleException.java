package dev.gatun.nn.checkpoint;

/** What is wrong with a pickle, or why it is refused, without the file's name. */
final class PickleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PickleException(String message) {
        super(message);
    }
}

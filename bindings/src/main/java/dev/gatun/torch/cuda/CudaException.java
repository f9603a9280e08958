package dev.gatun.torch.cuda;

/**
 * A library of CUDA's refused a call: the message has the function, the library's own sentence and its number, and,
 * where it may be an earlier op's error, what this thread called last.
 */
public final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** One that says {@code message}. */
    public CudaException(String message) {
        super(message);
    }
}

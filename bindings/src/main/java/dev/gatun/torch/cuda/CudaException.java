package dev.gatun.torch.cuda;

/** A library of CUDA's refused a call: the message has the function, the library's own sentence and its number. */
public final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** One that says {@code message}. */
    public CudaException(String message) {
        super(message);
    }
}

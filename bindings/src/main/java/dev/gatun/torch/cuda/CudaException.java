package dev.gatun.torch.cuda;

/** The CUDA runtime or NCCL refused a call: the message has the function, the library's own sentence and its number. */
public final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CudaException(String message) {
        super(message);
    }
}

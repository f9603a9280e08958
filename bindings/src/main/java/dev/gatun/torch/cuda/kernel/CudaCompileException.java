package dev.gatun.torch.cuda.kernel;

/** NVRTC refused a source: the message begins with what it is called and ends with the compiler's own words. */
public final class CudaCompileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What NVRTC printed. */
    private final String log;

    CudaCompileException(String message, String log) {
        super(message + (log.isBlank() ? "" : ":\n" + log.strip()));
        this.log = log;
    }

    /** What NVRTC printed, a message a line; may be empty. */
    public String log() {
        return log;
    }
}

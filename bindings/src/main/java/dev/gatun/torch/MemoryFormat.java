package dev.gatun.torch;

/**
 * Tells the order of a strided tensor's dimensions in memory ({@code torch.memory_format}). It changes how fast an op is, not
 * what it computes.
 *
 * {@snippet class="dev.gatun.torch.snippets.TensorSnippetsTest" region="memoryFormat"}
 */
public enum MemoryFormat {
    /** Row-major. */
    CONTIGUOUS,
    /** As the op's input has it. */
    PRESERVE,
    /** [N,C,H,W] with the channels innermost. */
    CHANNELS_LAST,
    /** [N,C,D,H,W] with the channels innermost. */
    CHANNELS_LAST_3D;

    int code() {
        return ordinal();
    }

    static MemoryFormat ofCode(int code) {
        return values()[code];
    }
}

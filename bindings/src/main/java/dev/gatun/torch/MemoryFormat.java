package dev.gatun.torch;

/** The order of a strided tensor's dimensions in memory ({@code torch.memory_format}). */
public enum MemoryFormat {
    CONTIGUOUS,
    PRESERVE,
    CHANNELS_LAST,
    CHANNELS_LAST_3D;

    int code() {
        return ordinal();
    }

    static MemoryFormat ofCode(int code) {
        return values()[code];
    }
}

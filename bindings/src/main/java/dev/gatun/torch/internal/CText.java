package dev.gatun.torch.internal;

import java.lang.foreign.MemorySegment;

/** Text that C lends. */
public final class CText {
    private CText() {}

    /** The text at {@code address} up to its zero byte; empty for a null pointer. */
    @SuppressWarnings("restricted") // the text ends where C says that it does
    public static String at(long address) {
        return address == 0
                ? ""
                : MemorySegment.ofAddress(address).reinterpret(Long.MAX_VALUE).getString(0);
    }
}

package dev.gatun.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The one place that turns a raw address from libtorch into memory that Java may touch. */
final class Native {
    private Native() {}

    /** {@code bytes} bytes at {@code address}; the caller knows that they are there and for how long. */
    @SuppressWarnings("restricted")
    static MemorySegment segment(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /** The same for as long as {@code arena} is open; {@code freed} runs when it closes. */
    @SuppressWarnings("restricted")
    static MemorySegment segment(long address, long bytes, Arena arena, Runnable freed) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, arena, _ -> freed.run());
    }
}

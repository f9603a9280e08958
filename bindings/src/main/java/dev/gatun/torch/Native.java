package dev.gatun.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The one place where Java trusts C++: raw addresses become memory that Java may touch, methods become functions. */
final class Native {
    private Native() {}

    /** {@code bytes} bytes at {@code address}; the caller knows that they are there and for how long. */
    @SuppressWarnings("restricted")
    static MemorySegment segment(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /** {@code method} as a C function, for as long as the process lives. */
    @SuppressWarnings("restricted")
    static MemorySegment upcall(MethodHandle method, FunctionDescriptor shape) {
        return Linker.nativeLinker().upcallStub(method, shape, Arena.global());
    }

    /** The same for as long as {@code arena} is open; {@code freed} runs when it closes. */
    @SuppressWarnings("restricted")
    static MemorySegment segment(long address, long bytes, Arena arena, Runnable freed) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, arena, _ -> freed.run());
    }
}

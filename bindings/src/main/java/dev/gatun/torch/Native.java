package dev.gatun.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The one place where Java trusts C++: raw addresses become memory that Java may touch, methods become functions. */
final class Native {
    private static final MethodHandle MH$MEMCPY = memcpy();
    /** Below this the call costs more than it saves. */
    private static final long SMALL = 1 << 10;
    /** The collector waits while memory of its own is copied, so that is done in parts of some ten microseconds. */
    private static final long PART = 1 << 20;

    private Native() {}

    @SuppressWarnings("restricted")
    private static MethodHandle memcpy() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("memcpy"),
                FunctionDescriptor.of(
                        ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG),
                Linker.Option.critical(true));
    }

    /**
     * Copies all of {@code source} to the beginning of {@code target}, which must not overlap: by C's memcpy, which
     * is faster than {@link MemorySegment#copyFrom} beyond the caches.
     *
     * @throws IndexOutOfBoundsException if the target is smaller
     * @throws UnsupportedOperationException if the target is read-only
     */
    static void copy(MemorySegment source, MemorySegment target) {
        if (target.isReadOnly() || source.byteSize() < SMALL) {
            target.copyFrom(source);
            return;
        }
        for (long at = 0; at < source.byteSize(); at += PART) {
            long bytes = Math.min(PART, source.byteSize() - at);
            MemorySegment from = source.asSlice(at, bytes);
            MemorySegment to = target.asSlice(at, bytes);
            try {
                MemorySegment _ = (MemorySegment) MH$MEMCPY.invokeExact(to, from, bytes);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable t) {
                throw new AssertionError("memcpy throws nothing", t);
            }
        }
    }

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

package dev.gatun.ffm;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** What the raw methods of C libraries have in common. */
final class CFunction {
    private CFunction() {}

    /** The function's address, or null memory where the library lacks it: only calling it is an error. */
    static MemorySegment find(SymbolLookup library, String name) {
        return library.find(name).orElse(MemorySegment.NULL);
    }

    static void require(MemorySegment function, String name) {
        if (function.address() == 0) {
            throw new UnsatisfiedLinkError(
                    "the library has no function " + name + ": it is another version or another library");
        }
    }

    /** A handle for functions of that shape, whose first argument is the function. */
    @SuppressWarnings("restricted") // calling C is what this module exists for
    static MethodHandle link(MemoryLayout result, MemoryLayout... parameters) {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(result, parameters));
    }

    /** C functions throw nothing: what comes here are a wrong struct's size and the like. */
    static RuntimeException failed(Throwable t) {
        if (t instanceof RuntimeException e) {
            return e;
        }
        throw t instanceof Error e ? e : new AssertionError("a native call failed in Java", t);
    }
}

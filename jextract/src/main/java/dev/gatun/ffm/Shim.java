package dev.gatun.ffm;

import dev.gatun.libtorch.LibTorch;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The one native shape that every function of the shim has: {@code int function(int64_t *frame)}. Linking a shape takes
 * about 20 ms, so there is one method handle for all, and the function's address is an argument: a constant in each
 * generated method, so the call costs no more than with a handle of its own.
 */
final class Shim {
    private static final SymbolLookup LOOKUP = LibTorch.load().shim();
    private static final MethodHandle MH$OP = handle();

    private Shim() {}

    @SuppressWarnings("restricted") // libtorch is what this project exists for
    private static MethodHandle handle() {
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    }

    static MemorySegment symbol(String name) {
        return LOOKUP.find(name)
                .orElseThrow(() -> new IllegalStateException("the shim has no " + name
                        + ": the jars of gatun-native and gatun-jextract are of different builds; rebuild both"));
    }

    static int op(MemorySegment function, long frame) {
        try {
            return (int) MH$OP.invokeExact(function, frame);
        } catch (Throwable t) {
            // The shim catches every C++ exception, so only the linker itself can throw here.
            throw new AssertionError("a native call failed in Java", t);
        }
    }
}

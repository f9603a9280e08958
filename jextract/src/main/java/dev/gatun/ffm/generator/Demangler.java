package dev.gatun.ffm.generator;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Turns mangled C++ names into readable ones with the C++ runtime's own {@code __cxa_demangle}. */
final class Demangler {
    private static final Linker LINKER = Linker.nativeLinker();
    private final MethodHandle demangle;
    private final MethodHandle free;

    @SuppressWarnings("restricted")
    Demangler() {
        SymbolLookup runtime = SymbolLookup.libraryLookup("libstdc++.so.6", Arena.global());
        demangle = LINKER.downcallHandle(
                runtime.findOrThrow("__cxa_demangle"),
                FunctionDescriptor.of(
                        ValueLayout.ADDRESS.withTargetLayout(
                                java.lang.foreign.MemoryLayout.sequenceLayout(65536, ValueLayout.JAVA_BYTE)),
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS));
        free = LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow("free"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    }

    /** The demangled form of {@code name}, or {@code name} itself when it is not a C++ name. */
    String apply(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment text = (MemorySegment)
                    demangle.invokeExact(arena.allocateFrom(name), MemorySegment.NULL, MemorySegment.NULL, status);
            if (status.get(ValueLayout.JAVA_INT, 0) != 0) {
                return name;
            }
            String result = text.getString(0);
            free.invokeExact(text);
            return result;
        } catch (Throwable t) {
            throw new IllegalStateException("cannot demangle " + name, t);
        }
    }
}

package dev.gatun.apps.bench;

import dev.gatun.libtorch.LibTorch;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;

/** The benchmarks' own native library, {@code loops.cpp}: functions of the shim's shape, arguments in 8-byte slots. */
@SuppressWarnings("restricted") // calling native code is what is measured
public final class NativeLoops {
    private static final SymbolLookup LIBRARY = load();
    private static final MethodHandle MH$CALL =
            Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));

    static final MemorySegment LOOP = symbol("loop");
    static final MemorySegment COPY = symbol("copy");
    static final MemorySegment UPCALL = symbol("upcall");
    static final MemorySegment NOTHING = symbol("nothing");

    private NativeLoops() {}

    private static SymbolLookup load() {
        // The library binds to the libtorch that is loaded already.
        LibTorch.load();
        try (InputStream in = NativeLoops.class.getResourceAsStream("linux-x86_64/libgatun_bench.so")) {
            Path file = Files.createTempFile("libgatun_bench", ".so");
            Files.write(file, in.readAllBytes());
            SymbolLookup lookup = SymbolLookup.libraryLookup(file, Arena.global());
            Files.delete(file);
            return lookup;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the benchmarks' native library to the temporary folder", e);
        }
    }

    /** The function {@code gatun_bench_NAME}. */
    public static MemorySegment symbol(String name) {
        return LIBRARY.findOrThrow("gatun_bench_" + name);
    }

    /** Calls {@code function} with its slots. */
    public static void call(MemorySegment function, MemorySegment frame) {
        try {
            int status = (int) MH$CALL.invokeExact(function, frame.address());
            if (status != 0) {
                throw new IllegalStateException("an op of the C++ program failed");
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError("the native loops throw nothing", t);
        }
    }

    /** A frame with {@code values} in its slots. */
    public static MemorySegment frame(long... values) {
        return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, values);
    }

    private static long increment(long value) {
        return value + 1;
    }

    /** A native function pointer to a Java method {@code long f(long)}. */
    static MemorySegment javaFunction() {
        try {
            MethodHandle increment = MethodHandles.lookup()
                    .findStatic(NativeLoops.class, "increment", MethodType.methodType(long.class, long.class));
            FunctionDescriptor shape = FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG);
            return Linker.nativeLinker().upcallStub(increment, shape, Arena.global());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("the method is in this class", e);
        }
    }
}

package dev.gatun.libtorch;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;

/** A version of libtorch. */
public record TorchVersion(int major, int minor, int patch) {
    /** The oldest one whose binary interface the shim knows. */
    public static final TorchVersion OLDEST = new TorchVersion(2, 10, 0);

    /** Asks a loaded {@code libtorch_cpu.so}; null when it cannot tell, as those before 2.7 cannot. */
    @SuppressWarnings("restricted") // a function without arguments that libtorch promises to keep
    static TorchVersion of(SymbolLookup torch) {
        return torch.find("aoti_torch_abi_version")
                .map(function -> {
                    try {
                        long packed = (long) Linker.nativeLinker()
                                .downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_LONG))
                                .invokeExact();
                        return new TorchVersion(
                                (int) (packed >>> 56), (int) (packed >>> 48 & 0xff), (int) (packed >>> 40 & 0xff));
                    } catch (Throwable t) {
                        throw new AssertionError("a C function throws nothing", t);
                    }
                })
                .orElse(null);
    }

    /** Throws {@link NativeLoadException} for a libtorch that is too old; nothing else of it has been called by then. */
    static void requireSupported(TorchVersion found, NativeLibrary library) {
        if (found == null || found.isBefore(OLDEST)) {
            throw new NativeLoadException(library.path() + " (from " + library.origin() + ") is "
                    + (found == null ? "a libtorch that does not tell its version" : "libtorch " + found)
                    + ", and Gatun needs " + OLDEST.major + "." + OLDEST.minor + " or newer: set "
                    + TorchSource.VARIABLE + " to a newer one (a pip install's torch/lib, or an unzipped libtorch), or"
                    + " unset it to use the libtorch from Maven");
        }
    }

    private boolean isBefore(TorchVersion other) {
        return major < other.major || major == other.major && minor < other.minor;
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}

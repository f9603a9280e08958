package dev.gatun.libtorch;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * libtorch and the shim, loaded once for the process and never unloaded. Every library is opened by its absolute path:
 * the shim then binds to the libtorch that is already there, whatever else the system has installed.
 */
public final class LibTorch {
    private static final String CUDA = "libtorch_cuda.so";
    private static final int RTLD_LAZY = 1;

    private final List<NativeLibrary> libraries = new ArrayList<>();
    private final Map<NativeLibrary, String> failedOptional = new LinkedHashMap<>();
    private final SymbolLookup shim;
    private final TorchSource source;
    private final TorchVersion version;
    private boolean umbrellaTried;

    private static final class Holder {
        private static LibTorch instance;
    }

    private LibTorch() {
        String platform = Platform.requireSupported();
        source = TorchSource.find(platform);
        TorchVersion found = null;
        for (NativeLibrary library : source.libraries()) {
            SymbolLookup lookup = open(library);
            if (library.name().equals("libtorch_cpu.so")) {
                found = TorchVersion.of(lookup);
                TorchVersion.requireSupported(found, library);
            }
        }
        version = found;
        for (NativeLibrary library : source.optionalLibraries()) {
            try {
                CudaLibraries.requireNeeds(library);
                open(library);
            } catch (NativeLoadException e) {
                failedOptional.put(library, e.getMessage());
            }
        }
        shim = open(ShimFile.extract(platform, hasCuda() ? ShimFile.CUDA_NAME : ShimFile.NAME));
    }

    /**
     * Loads the libraries on the first call and returns them on every call.
     *
     * @throws NativeLoadException if this platform is not supported, a library is missing or does not load, or libtorch is
     *     older than {@link TorchVersion#OLDEST}
     */
    public static synchronized LibTorch load() {
        if (Holder.instance == null) {
            Holder.instance = new LibTorch();
        }
        return Holder.instance;
    }

    @SuppressWarnings("restricted") // loading libtorch is this class's purpose
    private SymbolLookup open(NativeLibrary library) {
        try {
            SymbolLookup lookup = SymbolLookup.libraryLookup(library.path(), Arena.global());
            libraries.add(library);
            return lookup;
        } catch (IllegalArgumentException e) {
            throw new NativeLoadException(
                    "cannot load " + library.path() + " (from " + library.origin() + "): " + reason(library)
                            + "; ldd names what it misses",
                    e);
        }
    }

    /** FFM does not say why the loader refused, and System.load would print warnings of its own: ask the loader again. */
    @SuppressWarnings("restricted")
    private static String reason(NativeLibrary library) {
        Linker linker = Linker.nativeLinker();
        MethodHandle dlopen = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("dlopen"),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        MethodHandle dlerror = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("dlerror"), FunctionDescriptor.of(ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(library.path().toString());
            MemorySegment handle = (MemorySegment) dlopen.invokeExact(path, RTLD_LAZY);
            MemorySegment error = (MemorySegment) dlerror.invokeExact();
            return handle.address() != 0 || error.address() == 0
                    ? "the loader refused it once, then accepted it"
                    : error.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable t) {
            throw new AssertionError("dlopen and dlerror throw nothing", t);
        }
    }

    /**
     * Loads {@code libtorch.so}, which holds nothing but the need for the other libraries: libraries of custom ops are
     * linked to it and do not say where it is. Does nothing where it cannot be had; such a library then says so itself.
     */
    public synchronized void loadUmbrella() {
        if (!umbrellaTried) {
            umbrellaTried = true;
            try {
                open(source.umbrella());
            } catch (NativeLoadException e) {
                // Whoever needs it learns so from the loader.
            }
        }
    }

    /** The shim's functions. */
    public SymbolLookup shim() {
        return shim;
    }

    /** The version that the loaded libtorch gives as its own. */
    public TorchVersion version() {
        return version;
    }

    /** What has been loaded, in order. */
    public List<NativeLibrary> libraries() {
        return List.copyOf(libraries);
    }

    /** Whether CUDA's part of libtorch is loaded; it may be without a GPU. */
    public boolean hasCuda() {
        return libraries.stream().anyMatch(library -> library.name().equals(CUDA));
    }

    /** The backends' libraries (CUDA) that are there but did not load, each with the reason. */
    public Map<NativeLibrary, String> failedBackends() {
        return Map.copyOf(failedOptional);
    }
}

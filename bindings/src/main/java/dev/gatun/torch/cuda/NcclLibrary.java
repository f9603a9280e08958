package dev.gatun.torch.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds NCCL's library. */
final class NcclLibrary {
    private static final String VARIABLE = "GATUN_NCCL";
    private static final String NAME = "libnccl.so.2";

    private NcclLibrary() {}

    static SymbolLookup find() {
        String property = System.getProperty("gatun.nccl");
        String named = property != null ? property : System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            return named(named);
        }
        Path torch = CudaRuntime.path(CudaRuntime.LIBRARY);
        if (torch != null) {
            SymbolLookup used = CudaRuntime.loadedLibrary();
            if (used.find("ncclGetVersion").isPresent()) {
                return used;
            }
        }
        Path beside = CudaRuntime.path("libtorch_cpu.so")
                .resolve("../../../nvidia/nccl/lib/" + NAME)
                .normalize();
        try {
            return Files.exists(beside) ? open(beside.toString()) : open(NAME);
        } catch (IllegalArgumentException e) {
            throw new CudaException("NCCL is not found: the loaded libtorch does not bring it, " + beside
                    + " is not there or does not load, and the system has no " + NAME + "; install nvidia-nccl (pip) or"
                    + " libnccl2 (Debian), or name the file by " + VARIABLE);
        }
    }

    private static SymbolLookup named(String path) {
        try {
            return open(Path.of(path).toAbsolutePath().toString());
        } catch (IllegalArgumentException e) {
            throw new CudaException(VARIABLE + " names " + path + ", which does not load: it must be NCCL's " + NAME);
        }
    }

    /** By its path, or as the loader finds it. */
    @SuppressWarnings("restricted") // calling NCCL is what this is for
    private static SymbolLookup open(String library) {
        return library.startsWith("/")
                ? SymbolLookup.libraryLookup(Path.of(library), Arena.global())
                : SymbolLookup.libraryLookup(library, Arena.global());
    }
}

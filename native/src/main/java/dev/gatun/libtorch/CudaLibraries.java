package dev.gatun.libtorch;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks, before a library of libtorch's for CUDA is loaded, whether all that it needs is there: the loader names only the first
 * library that it misses, and knows no package.
 */
final class CudaLibraries {
    /** By the beginning of a library's name: packages of pip, and of NVIDIA's repository for Debian and Ubuntu. */
    private static final Map<String, String> PACKAGES = Map.ofEntries(
            Map.entry("libcudart", "nvidia-cuda-runtime or cuda-cudart"),
            Map.entry("libcublas", "nvidia-cublas or libcublas"),
            Map.entry("libcudnn", "nvidia-cudnn or cudnn"),
            Map.entry("libcusparseLt", "nvidia-cusparselt or libcusparselt0"),
            Map.entry("libcusparse", "nvidia-cusparse or libcusparse"),
            Map.entry("libcusolver", "nvidia-cusolver or libcusolver"),
            Map.entry("libcufft", "nvidia-cufft or libcufft"),
            Map.entry("libcurand", "nvidia-curand or libcurand"),
            Map.entry("libcufile", "nvidia-cufile or libcufile"),
            Map.entry("libcupti", "nvidia-cuda-cupti or cuda-cupti"),
            Map.entry("libnccl", "nvidia-nccl or libnccl2"),
            Map.entry("libnvshmem", "nvidia-nvshmem or libnvshmem3"),
            Map.entry("libnvrtc", "nvidia-cuda-nvrtc or cuda-nvrtc"),
            Map.entry("libnvJitLink", "nvidia-nvjitlink or libnvjitlink"),
            Map.entry("libnvToolsExt", "nvidia-nvtx or cuda-nvtx"));

    private final Set<Path> read = new HashSet<>();
    /** What has been looked for. */
    private final Set<String> known = new HashSet<>();

    private final Set<Path> folders;
    private final Set<String> missing = new TreeSet<>();

    private CudaLibraries(Path own) {
        folders = new HashSet<>(Set.of(own));
    }

    /**
     * Returns when the loader will find what {@code library} needs, and what that needs in turn.
     *
     * @throws NativeLoadException if not; the message names each library that is missing, and where it can be had
     */
    static void requireNeeds(NativeLibrary library) {
        Set<String> missing = missing(library.path());
        if (missing.isEmpty()) {
            return;
        }
        List<String> named = new ArrayList<>();
        for (String name : missing) {
            String packages = packages(name);
            named.add(packages == null ? name : name + " (" + packages + ")");
        }
        throw new NativeLoadException(library.path() + " (from " + library.origin()
                + ") needs libraries that are not here: "
                + String.join(", ", named) + "; install them (named: the packages of pip and of NVIDIA's repository for"
                + " Debian), and set LD_LIBRARY_PATH to their folders if they are not the system's, or set "
                + TorchSource.VARIABLE + " to a pip install's torch/lib, which brings them");
    }

    /** The names of the libraries that are needed and not found. */
    static Set<String> missing(Path library) {
        CudaLibraries looked = new CudaLibraries(library.toAbsolutePath().getParent());
        looked.look(library);
        return looked.missing;
    }

    private void look(Path library) {
        if (!read.add(library)) {
            return;
        }
        ElfNeeds needs;
        try {
            needs = ElfNeeds.of(library);
        } catch (IOException e) {
            return; // the loader says better what is wrong with the file
        }
        // The folders that a library names hold for what it needs in turn, too, if they are an RPATH, as pip's are.
        folders.addAll(needs.folders());
        for (String name : needs.needed()) {
            if (!known.add(name)) {
                continue;
            }
            Path found = folders.stream()
                    .map(folder -> folder.resolve(name))
                    .filter(Files::exists)
                    .findFirst()
                    .orElse(null);
            if (found != null) {
                look(found);
            } else if (!loads(name)) {
                missing.add(name);
            }
        }
    }

    /** Whether the system's loader finds it by its name; libraries in use stay as they are. */
    @SuppressWarnings("restricted") // only looks whether it is there
    private static boolean loads(String name) {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(name, arena);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String packages(String name) {
        return PACKAGES.entrySet().stream()
                .filter(entry -> name.startsWith(entry.getKey()))
                .max((a, b) -> a.getKey().length() - b.getKey().length())
                .map(Map.Entry::getValue)
                .orElse(null);
    }
}

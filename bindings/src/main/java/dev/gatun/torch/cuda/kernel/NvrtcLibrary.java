package dev.gatun.torch.cuda.kernel;

import dev.gatun.libtorch.LibTorch;
import dev.gatun.libtorch.NativeLibrary;
import dev.gatun.torch.cuda.CudaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the file of NVRTC that belongs to the loaded libtorch. */
final class NvrtcLibrary {
    private static final String VARIABLE = "GATUN_NVRTC";
    /** Where pip's wheels of CUDA 13 and 12 put it, beside torch, and where NVIDIA's installer does. */
    private static final List<String> FOLDERS =
            List.of(".", "../../nvidia/cu13/lib", "../../nvidia/cuda_nvrtc/lib", "/usr/local/cuda/lib64");

    /** As the system's loader may find it. */
    private static final List<String> NAMES = List.of("libnvrtc.so.13", "libnvrtc.so.12");

    private static final Pattern FILE = Pattern.compile("libnvrtc(-[0-9a-f]+)?\\.so(\\.\\d+)+");
    /** What NVRTC opens by its bare name, which the loader finds when it is open already. */
    private static final Pattern BUILTINS = Pattern.compile("libnvrtc-builtins(-[0-9a-f]+)?\\.so(\\.\\d+)+");

    private NvrtcLibrary() {}

    static SymbolLookup find() {
        String property = System.getProperty("gatun.nvrtc");
        String named = property != null ? property : System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            try {
                return open(Path.of(named).toAbsolutePath());
            } catch (IllegalArgumentException e) {
                throw new CudaException(
                        VARIABLE + " names " + named + ", which does not load: it must be CUDA's libnvrtc.so");
            }
        }
        Path torch = LibTorch.load().libraries().stream()
                .map(NativeLibrary::path)
                .filter(path -> path.endsWith("libtorch_cpu.so"))
                .findFirst()
                .orElseThrow()
                .getParent();
        for (String folder : FOLDERS) {
            List<Path> files = files(torch.resolve(folder).normalize(), FILE);
            if (!files.isEmpty()) {
                return open(files.getLast());
            }
        }
        return openByName(torch);
    }

    @SuppressWarnings("restricted") // calling NVRTC is what this is for
    private static SymbolLookup openByName(Path torch) {
        for (String name : NAMES) {
            try {
                return SymbolLookup.libraryLookup(name, Arena.global());
            } catch (IllegalArgumentException e) {
                // Not there: try the next one.
            }
        }
        throw new CudaException("NVRTC, CUDA's compiler, is not found: no libnvrtc.so is in " + torch + ", in "
                + torch.resolve("../../nvidia").normalize()
                + ", in /usr/local/cuda/lib64, or where the system's loader looks; install nvidia-cuda-nvrtc (pip), or"
                + " NVIDIA's package cuda-nvrtc, or name the file by " + VARIABLE);
    }

    /** By its path, and first what it will ask for. */
    @SuppressWarnings("restricted")
    static SymbolLookup open(Path library) {
        for (Path builtins : files(library.getParent(), BUILTINS)) {
            SymbolLookup.libraryLookup(builtins, Arena.global());
        }
        return SymbolLookup.libraryLookup(library, Arena.global());
    }

    private static List<Path> files(Path folder, Pattern name) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(
                            file -> name.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

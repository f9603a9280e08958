package dev.gatun.torch.cuda.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.torch.Device;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code kernel_stub.cpp}, compiled: a GPU whose memory is the host's and whose kernels the host runs. One a test run. */
@SuppressWarnings("restricted") // looks into libraries
final class EmulatedGpu {
    static final long STREAM = 77;

    private static final Path CPP = Path.of(System.getProperty("gatun.root"), "bindings/src/test/cpp");
    private static EmulatedGpu instance;

    final GpuContext context;
    final Path cache;
    private final SymbolLookup library;

    private EmulatedGpu(Path folder) throws IOException, InterruptedException {
        library = SymbolLookup.libraryLookup(compile(folder.resolve("libkernel_stub.so")), Arena.global());
        try (Arena arena = Arena.ofConfined()) {
            Linker.nativeLinker()
                    .downcallHandle(
                            library.findOrThrow("stub_folders"),
                            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                    .invokeExact(arena.allocateFrom(folder.toString()), arena.allocateFrom(CPP.toString()));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        cache = folder.resolve("cache");
        context = new GpuContext(
                new CudaDriver(library), new CudaCompiler(library), new CubinCache(cache), 1, Device.CPU, () -> STREAM);
    }

    /** The one in whose place {@link GpuContext#of} gives it for the CPU. */
    static synchronized EmulatedGpu get() throws IOException, InterruptedException {
        if (instance == null) {
            Path folder = Files.createTempDirectory("gatun-kernels");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            instance = new EmulatedGpu(folder);
            GpuContext.use(instance.context);
        }
        return instance;
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // Left in the system's folder for such files.
        }
    }

    private static Path compile(Path library) throws IOException, InterruptedException {
        Process compiler;
        try {
            compiler = new ProcessBuilder(List.of(
                            "c++",
                            "-std=c++17",
                            "-O1",
                            "-Wall",
                            "-Wextra",
                            "-Werror",
                            "-shared",
                            "-fPIC",
                            CPP.resolve("kernel_stub.cpp").toString(),
                            "-ldl",
                            "-o",
                            library.toString()))
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "needs a C++ compiler (Debian: apt-get install g++)");
            throw e;
        }
        String printed = new String(compiler.getInputStream().readAllBytes());
        if (compiler.waitFor() != 0) {
            throw new IOException(printed);
        }
        return library;
    }

    /** What has been called since this was asked last, a line a call. */
    List<String> log() {
        try {
            MemorySegment text = (MemorySegment) Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow("stub_log"), FunctionDescriptor.of(ValueLayout.ADDRESS))
                    .invokeExact();
            return CString.at(text.address()).lines().toList();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** How many contexts were entered and not left. */
    int contexts() {
        try {
            return (int) Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow("stub_contexts"), FunctionDescriptor.of(ValueLayout.JAVA_INT))
                    .invokeExact();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}

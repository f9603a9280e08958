package dev.gatun.torch.cuda.kernel;

import dev.gatun.torch.Device;
import dev.gatun.torch.cuda.StubLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code kernel_stub.cpp}, compiled: a GPU whose memory is the host's and whose kernels the host runs. One a test run. */
@SuppressWarnings("restricted") // looks into libraries
final class EmulatedGpu {
    static final long STREAM = 77;

    private static EmulatedGpu instance;

    final GpuContext context;
    final Path cache;
    private final SymbolLookup library;

    private EmulatedGpu(Path folder) throws IOException, InterruptedException {
        library = StubLibrary.load("kernel_stub.cpp", folder, "-O1", "-ldl");
        try (Arena arena = Arena.ofConfined()) {
            Linker.nativeLinker()
                    .downcallHandle(
                            library.findOrThrow("stub_folders"),
                            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                    .invokeExact(
                            arena.allocateFrom(folder.toString()), arena.allocateFrom(StubLibrary.SOURCES.toString()));
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

    /** What has been called since this was asked last, a line a call. */
    List<String> log() {
        return StubLibrary.log(library);
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

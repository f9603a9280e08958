package dev.gatun.torch.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.ffm.NcclRaw;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/** {@code nccl_stub.cpp}, compiled: NCCL and CUDA without a GPU, whose ranks are threads and whose tensors lie in host memory. */
@SuppressWarnings("restricted") // looks into libraries
final class NcclStub {
    final SymbolLookup library;
    final Nccl nccl;

    NcclStub(Path folder) throws IOException, InterruptedException {
        library = SymbolLookup.libraryLookup(compile(folder.resolve("libnccl_stub.so")), Arena.global());
        nccl = new Nccl(new NcclRaw(library), new CudaRuntime(library));
    }

    private static Path compile(Path library) throws IOException, InterruptedException {
        Path source = Path.of(System.getProperty("gatun.root"), "bindings/src/test/cpp/nccl_stub.cpp");
        Process compiler;
        try {
            compiler = new ProcessBuilder(List.of(
                            "c++",
                            "-std=c++17",
                            "-Wall",
                            "-Wextra",
                            "-Werror",
                            "-shared",
                            "-fPIC",
                            source.toString(),
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
            return CText.at(text.address()).lines().toList();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** The next call of NCCL that has a status fails with this one. */
    void failNext(int status) {
        tell("stub_fail_next", status);
    }

    /** Every communicator has that asynchronous error from now on. */
    void asyncError(int status) {
        tell("stub_async_error", status);
    }

    private void tell(String function, int status) {
        try {
            Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow(function), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                    .invokeExact(status);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}

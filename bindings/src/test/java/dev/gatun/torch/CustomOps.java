package dev.gatun.torch;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.libtorch.LibTorch;
import dev.gatun.libtorch.NativeLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compiles {@code custom_ops.cpp}, and what else a test wants, against the libtorch that is loaded. */
final class CustomOps {
    private CustomOps() {}

    static Path compile(Path folder) throws IOException, InterruptedException {
        return compile(
                Path.of(System.getProperty("gatun.root"), "bindings/src/test/cpp/custom_ops.cpp"),
                folder.resolve("libcustom_ops.so"));
    }

    /** Compiles another source, for libraries that should not load. */
    static Path compile(Path folder, String name, String source) throws IOException, InterruptedException {
        return compile(Files.writeString(folder.resolve(name + ".cpp"), source), folder.resolve("lib" + name + ".so"));
    }

    private static Path compile(Path source, Path library) throws IOException, InterruptedException {
        Path torch = LibTorch.load().libraries().stream()
                .filter(loaded -> loaded.name().equals("libtorch_cpu.so"))
                .map(NativeLibrary::path)
                .findFirst()
                .orElseThrow();
        Process compiler;
        try {
            compiler = new ProcessBuilder(
                            "c++",
                            "-std=c++17",
                            "-shared",
                            "-fPIC",
                            source.toString(),
                            torch.toString(),
                            "-Wl,--allow-shlib-undefined",
                            "-o",
                            library.toString())
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
}

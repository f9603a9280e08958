package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.libtorch.LibTorch;
import dev.gatun.libtorch.NativeLibrary;
import dev.gatun.torch.cuda.CudaScenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How calls reach libtorch's CUDA side and CUDA, without a GPU: in a JVM of its own, whose libtorch is this one's beside
 * {@code cuda_stub.cpp} as libtorch_cuda.so.
 */
class CudaStubTest {
    @TempDir
    private static Path folder;

    private static String output;

    @BeforeAll
    static void run() throws IOException, InterruptedException {
        assertThat(Torch.version()).isNotEmpty();
        List<Path> loaded = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.matches(".*/lib(torch_cpu|c10|openblas|gomp|gfortran|quadmath)[.-].*"))
                .map(line -> Path.of(line.substring(line.indexOf('/'))))
                .distinct()
                .toList();
        for (Path file : loaded) {
            Files.createSymbolicLink(folder.resolve(file.getFileName()), file);
        }
        boolean cpuOnly =
                LibTorch.load().libraries().stream().map(NativeLibrary::name).noneMatch("libtorch_cuda.so"::equals);
        assumeTrue(cpuOnly, "needs another libtorch, one without CUDA");
        compile();
        output = ChildJvm.run(List.of("-Dgatun.libtorch=" + folder), CudaScenarios.class)
                .output();
    }

    private static void compile() throws IOException, InterruptedException {
        Process compiler;
        try {
            compiler = new ProcessBuilder(
                            "c++",
                            "-std=c++17",
                            "-Wall",
                            "-shared",
                            "-fPIC",
                            "-Wl,-soname,libtorch_cuda.so",
                            Path.of(System.getProperty("gatun.root"), "bindings/src/test/cpp/cuda_stub.cpp")
                                    .toString(),
                            "-L" + folder,
                            "-lc10",
                            "-o",
                            folder.resolve("libtorch_cuda.so").toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "needs a C++ compiler (Debian: apt-get install g++)");
            throw e;
        }
        String printed = new String(compiler.getInputStream().readAllBytes());
        assertThat(compiler.waitFor()).as(printed).isZero();
    }

    /** JUnit would warn about each. */
    @AfterAll
    static void removeLinks() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void arrives(CudaScenarios scenario) {
        assertThat(output).contains(scenario + ": ok\n");
    }
}

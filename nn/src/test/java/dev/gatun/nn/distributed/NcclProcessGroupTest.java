package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The NCCL group without a GPU: in a JVM of its own, whose libtorch's CUDA library is {@code nccl_stub.cpp}. NCCL, the CUDA
 * runtime and the streams are found in it as they are in the real one.
 */
class NcclProcessGroupTest {
    private static final long SECONDS = 60;

    @TempDir
    private static Path folder;

    private static String output;

    @BeforeAll
    static void run() throws IOException, InterruptedException {
        makeLibtorch();
        Path printed = folder.resolve("output");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dgatun.libtorch=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        NcclScenarios.class.getName(),
                        folder.resolve("libtorch_cuda.so").toString())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        boolean ended = child.waitFor(SECONDS, TimeUnit.SECONDS);
        child.destroyForcibly().waitFor();
        output = Files.readString(printed) + (ended ? "" : "did not end");
    }

    /** The libraries that this JVM has loaded, beside a stub for CUDA's. */
    private static void makeLibtorch() throws IOException, InterruptedException {
        assertThat(Torch.version()).isNotEmpty();
        List<Path> loaded = Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .filter(line -> line.matches(".*/lib(torch_cpu|c10|openblas|gomp|gfortran|quadmath)[.-].*"))
                .map(line -> Path.of(line.substring(line.indexOf('/'))))
                .distinct()
                .toList();
        for (Path file : loaded) {
            Files.createSymbolicLink(folder.resolve(file.getFileName()), file);
        }
        Process compiler;
        try {
            compiler = new ProcessBuilder(
                            "c++",
                            "-std=c++17",
                            "-shared",
                            "-fPIC",
                            "-Wl,-soname,libtorch_cuda.so",
                            Path.of(System.getProperty("gatun.root"), "bindings/src/test/cpp/nccl_stub.cpp")
                                    .toString(),
                            "-o",
                            folder.resolve("libtorch_cuda.so").toString())
                    .inheritIO()
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "needs a C++ compiler (Debian: apt-get install g++)");
            throw e;
        }
        assertThat(compiler.waitFor()).isZero();
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
    void worksWithoutAGpu(NcclScenarios scenario) {
        assertThat(output).contains(scenario + ": ok\n");
    }
}

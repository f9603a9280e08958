package dev.gatun.torch.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.torch.DType;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Gatun's own kernels in the hands of NVIDIA's compilers, which need no GPU: NVRTC of a pip install of PyTorch, and nvcc. */
class CudaToolsTest {
    private static final int[] CAPABILITIES = {75, 80, 90, 100};
    private static final int[] WHOLLY = {80, 90};

    @TempDir
    private Path folder;

    private static List<CudaSource> sources() {
        List<CudaSource> all = new ArrayList<>();
        for (DType dtype : KernelTypes.ALL) {
            all.add(KernelTypes.define(Sources.ADAM8BIT, dtype));
            all.add(KernelTypes.define(Sources.RMS_NORM, dtype).define("COLUMNS", 1024));
            all.add(KernelTypes.define(Sources.GATED_GELU, dtype));
        }
        return all;
    }

    @TestFactory
    Stream<DynamicTest> nvrtcCompilesThem() {
        String set = System.getenv("GATUN_TEST_LIBTORCHS");
        List<Path> found = Stream.of(set == null ? new String[0] : set.split(File.pathSeparator))
                .map(lib -> Path.of(lib, "../../nvidia/cu13/lib/libnvrtc.so.13").normalize())
                .filter(Files::exists)
                .toList();
        return found.isEmpty()
                ? Stream.of(
                        DynamicTest.dynamicTest(
                                "none",
                                () -> assumeTrue(
                                        false,
                                        "needs another libtorch in GATUN_TEST_LIBTORCHS: a pip install's torch/lib for CUDA 13")))
                : DynamicTest.stream(found.iterator(), Path::toString, CudaToolsTest::compileWith);
    }

    private static void compileWith(Path library) {
        CudaCompiler compiler = new CudaCompiler(NvrtcLibrary.open(library));
        assertThat(compiler.version()).startsWith("13.");
        assertThat(compiler.architectures()).isSorted().contains(CAPABILITIES);
        // One for each architecture, and all for two of them.
        for (int capability : CAPABILITIES) {
            byte[] code = compiler.compile(sources().getFirst(), capability);
            assertThat(code).startsWith(0x7f, 'E', 'L', 'F');
        }
        for (CudaSource source : sources()) {
            for (int capability : WHOLLY) {
                assertThat(compiler.compile(source, capability))
                        .as(source + " for " + capability)
                        .hasSizeGreaterThan(1000);
            }
        }
        // Newer than it knows, of a major number that it knows.
        assertThat(compiler.compile(sources().getFirst(), 109)).startsWith(0x7f, 'E', 'L', 'F');
        assertThatThrownBy(() -> compiler.compile(sources().getFirst(), 70))
                .isInstanceOf(CudaCompileException.class)
                .hasMessageContaining("compute capability 7.0");
        assertThatThrownBy(() -> compiler.compile(CudaSource.of("bad.cu", "int f() { return missing; }"), 90))
                .isInstanceOf(CudaCompileException.class)
                .hasMessageContaining("bad.cu(1): error: identifier \"missing\" is undefined");
    }

    @Test
    void nvccCompilesThemAndNothingLeavesTheRegisters() throws IOException, InterruptedException {
        List<CudaSource> all = sources();
        for (int i = 0; i < all.size(); i++) {
            CudaSource source = all.get(i);
            // Each kernel for both; for the older one in one dtype, since this compiler takes seconds for each.
            boolean first = i < all.size() / KernelTypes.ALL.size();
            for (int capability : first ? WHOLLY : new int[] {90}) {
                String said = nvcc(source, capability, "" + i + "_" + capability);
                assertThat(said).contains("ptxas info");
                assertThat(said.lines().filter(line -> line.contains("spill")))
                        .isNotEmpty()
                        .allMatch(line -> line.contains("0 bytes spill stores, 0 bytes spill loads"));
            }
        }
    }

    private String nvcc(CudaSource source, int capability, String name) throws IOException, InterruptedException {
        Path work = Files.createDirectory(folder.resolve(name));
        Path file = Files.writeString(work.resolve(source.name()), source.code());
        for (var header : source.headers().entrySet()) {
            Files.writeString(work.resolve(header.getKey()), header.getValue());
        }
        List<String> command = new ArrayList<>(List.of("nvcc", "--cubin", "-Xptxas", "-v", "-Werror", "all-warnings"));
        command.addAll(source.options());
        command.addAll(List.of("-arch=sm_" + capability, "-o", work + "/out.cubin", file.toString()));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "needs a GPU toolkit (nvcc of CUDA 13)");
            throw e;
        }
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}

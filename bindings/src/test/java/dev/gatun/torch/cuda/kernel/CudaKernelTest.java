package dev.gatun.torch.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.CudaException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How sources, modules and launches arrive in NVRTC and the driver, and what comes back, against a library that stands in. */
class CudaKernelTest {
    private static final String SCALE = """
            #include "factor.cuh"
            struct Pair { int low; double high; };
            extern "C" __global__ void scale(const float *from, float *to, long long n, float by, Pair pair) {
              const int i = blockIdx.x * blockDim.x + threadIdx.x;
              if (i < n) to[i] = from[i] * by * FACTOR + pair.low + static_cast<float>(pair.high);
            }
            extern "C" __global__ void __launch_bounds__(64) backwards(int *numbers, int n) {
              __shared__ int all[64];
              all[threadIdx.x] = threadIdx.x < n ? numbers[threadIdx.x] : 0;
              __syncthreads();
              if (threadIdx.x < n) numbers[threadIdx.x] = all[n - 1 - threadIdx.x];
            }
            """;

    private static EmulatedGpu gpu;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        gpu = EmulatedGpu.get();
    }

    @AfterEach
    void everyContextWasLeft() {
        gpu.log();
        assertThat(gpu.contexts()).isZero();
    }

    private static CudaSource scale() {
        return CudaSource.of("scale.cu", SCALE)
                .withHeader("factor.cuh", "#define FACTOR TIMES")
                .define("TIMES", 3);
    }

    @Test
    void aKernelIsCompiledLoadedAndLaunchedOnTheCurrentStream() {
        try (Scope _ = Scope.open();
                Arena arena = Arena.ofConfined();
                CudaModule module = CudaModule.load(scale().define("FIRST", 1), Device.CPU)) {
            Tensor x = Torch.arange(100, DType.FLOAT32);
            Tensor y = x.zeros_like();
            MemorySegment pair = arena.allocate(16, 8);
            pair.set(ValueLayout.JAVA_INT, 0, 7);
            pair.set(ValueLayout.JAVA_DOUBLE, 8, 0.5);
            module.kernel("scale").launch(LaunchShape.forElements(100, 32), x, y, 100L, 2f, pair);
            assertThat(y.equal(x.mul(6).add(7.5))).isTrue();
            List<String> log = gpu.log();
            // For capability 8.9 by a compiler that knows 8.6 and not 8.9.
            assertThat(log)
                    .anyMatch(line -> line.startsWith("nvrtcCompileProgram scale.cu -DTIMES=3 -DFIRST=1")
                            && line.endsWith("--gpu-architecture=sm_86"));
            assertThat(log).contains("nvrtcDestroyProgram");
            assertThat(log.getLast())
                    .isEqualTo("cuLaunchKernel scale grid=4,1,1 block=32,1,1 shared=0 stream=77 extra=0 contexts=1");
        }
        assertThat(gpu.log()).containsExactly("cuModuleUnload");
    }

    @Test
    void threadsOfABlockMeet() {
        try (Scope _ = Scope.open();
                CudaModule module = CudaModule.load(scale(), Device.CPU)) {
            Tensor numbers = Torch.arange(50, DType.INT32);
            CudaKernel kernel = module.kernel("backwards");
            kernel.launch(LaunchShape.of(1, 64).withShared(100), numbers, 50);
            assertThat(numbers.equal(Torch.arange(50, DType.INT32).flip(0))).isTrue();
            assertThat(gpu.log()).noneMatch(line -> line.startsWith("cuFuncSetAttribute"));
            kernel.launch(LaunchShape.of(1, 64).withShared(60_000), numbers, 50);
            assertThat(gpu.log()).contains("cuFuncSetAttribute backwards 8=60000");
            assertThat(kernel.registers()).isEqualTo(24);
            assertThat(kernel.localBytes()).isZero();
            assertThat(kernel.residentBlocks(64, 0)).isEqualTo(16);
        }
    }

    @Test
    void argumentsThatDoNotFitAreRefused() {
        try (Scope _ = Scope.open();
                CudaModule module = CudaModule.load(scale(), Device.CPU)) {
            CudaKernel kernel = module.kernel("backwards");
            LaunchShape shape = LaunchShape.of(1, 64);
            Tensor numbers = Torch.arange(50, DType.INT32);
            assertThatThrownBy(() -> kernel.launch(shape, numbers))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2 parameters")
                    .hasMessageContaining("1 arguments");
            assertThatThrownBy(() -> kernel.launch(shape, numbers, 50L))
                    .hasMessageContaining("argument 1 of backwards takes 4 bytes, and Long has 8");
            assertThatThrownBy(() -> kernel.launch(shape, Torch.zeros(2, 25).t(), 50))
                    .hasMessageContaining("contiguous tensor on cpu");
            assertThatThrownBy(() -> kernel.launch(shape, Torch.zeros(new long[] {50}, Device.META), 50))
                    .hasMessageContaining("on meta");
            assertThatThrownBy(() -> kernel.launch(shape, null, 50)).hasMessageContaining("CudaKernel.NULL");
            assertThatThrownBy(() -> kernel.launch(shape, "text", 50)).hasMessageContaining("java.lang.String");
            assertThatThrownBy(() -> LaunchShape.of(1, 1025)).hasMessageContaining("1024");
            assertThatThrownBy(() -> LaunchShape.of(0, 32)).hasMessageContaining("at least one block");
            assertThat(gpu.log()).noneMatch(line -> line.startsWith("cuLaunchKernel"));
        }
    }

    @Test
    void whatDoesNotCompileShowsTheCompilersWords() {
        CudaSource wrong = CudaSource.of("wrong.cu", "extern \"C\" __global__ void f(int *x) { x[0] = unknown; }");
        assertThatThrownBy(() -> CudaModule.load(wrong, Device.CPU))
                .isInstanceOf(CudaCompileException.class)
                .hasMessageContaining("wrong.cu does not compile with NVRTC 13.7")
                .hasMessageContaining("NVRTC_ERROR_COMPILATION")
                .hasMessageContaining("unknown")
                .satisfies(e -> assertThat(((CudaCompileException) e).log()).contains("wrong.cu:1"));
        assertThatThrownBy(() -> gpu.context.compiler.compile(scale(), 70))
                .isInstanceOf(CudaCompileException.class)
                .hasMessageContaining("compute capability 7.0")
                .hasMessageContaining("[75, 80, 86]");
    }

    @Test
    void aKernelThatIsNotThereAndAClosedModuleSaySo() {
        CudaModule module = CudaModule.load(scale(), Device.CPU);
        assertThatThrownBy(() -> module.kernel("other"))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("the kernel other in scale.cu")
                .hasMessageContaining("CUDA_ERROR_NOT_FOUND, 500");
        CudaKernel kernel = module.kernel("backwards");
        module.close();
        module.close();
        assertThatThrownBy(() -> kernel.launch(LaunchShape.of(1, 1), CudaKernel.NULL, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("scale.cu is closed");
        assertThatThrownBy(() -> CudaModule.load(scale(), Device.META)).hasMessageContaining("not onto meta");
    }

    @Test
    void compiledCodeIsKeptByAllThatItDependsOn() throws IOException {
        CudaSource source = CudaSource.of("kept.cu", "extern \"C\" __global__ void f(int *x) { x[0] = 1; }");
        Path file = gpu.context.cache.file(source, 89, "13.7");
        assertThat(file).doesNotExist();
        assertThat(file.getParent()).isEqualTo(gpu.cache);
        gpu.log(); // what the tests before this one did
        CudaModule.load(source, Device.CPU).close();
        assertThat(compilations()).isOne();
        assertThat(file).exists();
        CudaModule.load(source, Device.CPU).close();
        assertThat(compilations()).isZero();
        // What the driver does not take is made again.
        Files.writeString(file, "no machine code");
        CudaModule.load(source, Device.CPU).close();
        assertThat(compilations()).isOne();
        CudaModule.load(source, Device.CPU).close();
        assertThat(compilations()).isZero();
        assertThat(List.of(
                        gpu.context.cache.file(source.define("A", 1), 89, "13.7"),
                        gpu.context.cache.file(source.withHeader("h", ""), 89, "13.7"),
                        gpu.context.cache.file(source, 90, "13.7"),
                        gpu.context.cache.file(source, 89, "13.0"),
                        gpu.context.cache.file(CudaSource.of("kept.cu", " "), 89, "13.7")))
                .doesNotHaveDuplicates()
                .doesNotContain(file);
    }

    private static long compilations() {
        return gpu.log().stream()
                .filter(line -> line.startsWith("nvrtcCompileProgram"))
                .count();
    }

    @Test
    void aFolderThatCannotBeWrittenOnlyCostsTime() throws IOException {
        Path notAFolder = Files.writeString(gpu.cache.resolveSibling("file"), "");
        CubinCache cache = new CubinCache(notAFolder.resolve("cubin"));
        Path file = cache.file(scale(), 89, "13.7");
        assertThat(cache.get(file, () -> new byte[] {1})).containsExactly(1);
    }

    @Test
    void virtualThreadsAreRefused() throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        CudaModule.load(scale(), Device.CPU).close();
                    } catch (IllegalStateException e) {
                        thrown.set(e);
                    }
                })
                .join();
        assertThat(thrown.get()).hasMessageContaining("platform threads");
    }
}

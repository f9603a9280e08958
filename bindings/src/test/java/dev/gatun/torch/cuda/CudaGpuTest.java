package dev.gatun.torch.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gatun.torch.Autocast;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Generator;
import dev.gatun.torch.Memory;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.ThreadState;
import dev.gatun.torch.Torch;
import dev.gatun.torch.TorchException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Devices, streams, graphs and memory on a real GPU. */
@ExtendWith(NeedsGpu.class)
class CudaGpuTest {
    private static final Device GPU = Device.cuda(0);
    private static final TensorOptions ON_GPU = TensorOptions.of(DType.FLOAT32, GPU);
    private static final long MIB = 1 << 20;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void theGpuIsDescribed() {
        assertThat(Cuda.deviceCount()).isPositive();
        CudaProperties gpu = Cuda.properties(0);
        assertThat(gpu.name()).isNotBlank();
        assertThat(gpu.major()).isBetween(5, 20);
        assertThat(gpu.multiProcessorCount()).isBetween(1, 1000);
        assertThat(gpu.l2CacheSize()).isPositive();
        CudaMemory.Free free = Cuda.memGetInfo(0);
        assertThat(free.totalBytes()).isBetween(gpu.totalMemory() * 9 / 10, gpu.totalMemory() * 11 / 10);
        assertThat(free.freeBytes()).isBetween(0L, free.totalBytes());
        assertThat(Cuda.driverVersion()).isGreaterThanOrEqualTo(Cuda.runtimeVersion() / 1000 * 1000);
        Cuda.setDevice(0);
        assertThat(Cuda.currentDevice()).isZero();
        assertThatThrownBy(() -> Torch.zeros(new long[] {1}, Device.cuda(Cuda.deviceCount())))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("numbered from 0 to " + (Cuda.deviceCount() - 1))
                .hasMessageContaining("CUDA_VISIBLE_DEVICES");
    }

    @Test
    void memoryIsCountedAndComesBack() {
        Cuda.emptyCache();
        long reserved = Cuda.memory(0).reservedBytes();
        CudaMemory before = Cuda.resetPeakMemory(0);
        try (Scope _ = Scope.open()) {
            Torch.zeros(new long[] {64 * MIB}, TensorOptions.of(DType.UINT8, GPU));
            CudaMemory during = Cuda.memory(0);
            assertThat(during.allocatedBytes() - before.allocatedBytes()).isEqualTo(64 * MIB);
            assertThat(during.liveAllocations()).isEqualTo(before.liveAllocations() + 1);
            assertThat(Memory.largest(3)).contains(new Memory.Large("uint8[67108864] on cuda:0", 1, 64 * MIB));
        }
        CudaMemory after = Cuda.memory(0);
        assertThat(after.allocatedBytes()).isEqualTo(before.allocatedBytes());
        assertThat(after.peakAllocatedBytes()).isGreaterThanOrEqualTo(before.allocatedBytes() + 64 * MIB);
        Cuda.emptyCache();
        assertThat(Cuda.memory(0).reservedBytes()).isEqualTo(reserved);
        assertThat(Cuda.resetPeakMemory(0).peakAllocatedBytes())
                .isGreaterThan(Cuda.memory(0).peakAllocatedBytes());
    }

    @Test
    void moreMemoryThanThereIsSaysWhatIsTaken() {
        Torch.zeros(new long[] {1000, 1000}, ON_GPU);
        TorchException e = catchThrowableOfType(
                TorchException.class, () -> Torch.empty(new long[] {1L << 42}, TensorOptions.of(DType.UINT8, GPU)));
        assertThat(e.kind()).isEqualTo(TorchException.Kind.OUT_OF_MEMORY);
        assertThat(e.getMessage())
                .contains("Tried to allocate 4096.00 GiB", "free", "reserved")
                .contains("The largest live tensors", "float32[1000,1000] on cuda:0 (3.8 MiB)");
        assertThat(Torch.ones(new long[] {2}, ON_GPU).sum().item().doubleValue())
                .isEqualTo(2);
    }

    @Test
    void pinnedMemoryIsSeenFromJavaAndCopiedBesideTheHost() {
        Tensor host = Torch.empty(new long[] {1 << 20}, TensorOptions.pinned(DType.FLOAT32));
        assertThat(host.is_pinned()).isTrue();
        assertThat(host.device()).isEqualTo(Device.CPU);
        assertThat(Torch.ones(5).pin_memory().is_pinned()).isTrue();
        try (Arena arena = Arena.ofConfined();
                SynchronizationCount waits = Cuda.countSynchronizations()) {
            var elements = host.segment(arena);
            for (int i = 0; i < 1 << 20; i++) {
                elements.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
            }
            Tensor there = host.to(GPU, DType.FLOAT32, true);
            Tensor back = Torch.empty(new long[] {1 << 20}, TensorOptions.pinned(DType.FLOAT32));
            back.copy_(there.mul(2), true);
            assertThat(waits.count()).isZero();
            Cuda.currentStream(0).synchronize();
            assertThat(waits.count()).isEqualTo(1);
            assertThat(back.segment(arena).getAtIndex(ValueLayout.JAVA_FLOAT, 1000))
                    .isEqualTo(2000);
            there.sum().item();
            assertThat(waits.count()).isEqualTo(2);
        }
    }

    @Test
    void aBackwardPassThatWaitsIsCounted() {
        Tensor x = Torch.ones(new long[] {4}, ON_GPU).requiresGrad_(true);
        Tensor y = x.mul(2);
        y.registerHook(gradient -> {
            gradient.sum().item();
            return null;
        });
        Tensor sum = y.sum();
        try (SynchronizationCount waits = Cuda.countSynchronizations()) {
            sum.backward();
            assertThat(waits.count()).isEqualTo(1);
        }
    }

    @Test
    void opsThatWaitCanBeRefused() {
        Tensor x = Torch.ones(new long[] {4}, ON_GPU);
        Cuda.setSyncDebugMode(Cuda.SyncDebugMode.ERROR);
        try {
            x.add(x);
            assertThatThrownBy(() -> x.sum().item())
                    .isInstanceOf(TorchException.class)
                    .hasMessageContaining("called a synchronizing CUDA operation");
        } finally {
            Cuda.setSyncDebugMode(Cuda.SyncDebugMode.DEFAULT);
        }
    }

    /** Without what a scope notes for its stream, the memory of a closed input would be overwritten while it is read. */
    @Test
    void aTensorMayBeClosedWhileAnotherStreamWorksWithIt() {
        int size = 4096;
        CudaStream side = Cuda.newStream(0);
        CudaStream main = Cuda.currentStream(0);
        Tensor busy = Torch.ones(new long[] {size, size}, ON_GPU);
        List<Tensor> results = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            Tensor input = Torch.full(new long[] {size}, (long) round, ON_GPU);
            side.waitStream(main);
            try (StreamScope _ = side.open()) {
                busy.mm(busy); // keeps the stream busy, so that the next op comes late
                results.add(input.add(1));
            }
            input.close();
            Torch.full(new long[] {size}, -1L, ON_GPU).close();
        }
        main.waitStream(side);
        for (int round = 0; round < results.size(); round++) {
            assertThat(results.get(round).eq(round + 1.0).all().item().booleanValue())
                    .isTrue();
        }
    }

    @Test
    void scopesPutBackTheStreamBefore() throws ExecutionException, InterruptedException {
        CudaStream main = Cuda.currentStream(0);
        CudaStream a = Cuda.newStream(0);
        CudaStream b = Cuda.newStream(0, true);
        assertThat(a.address()).isNotEqualTo(b.address()).isNotEqualTo(main.address());
        try (StreamScope _ = a.open()) {
            try (StreamScope _ = b.open()) {
                assertThat(Cuda.currentStream(0)).isEqualTo(b);
            }
            assertThat(Cuda.currentStream(0)).isEqualTo(a);
            try (ExecutorService other = Executors.newSingleThreadExecutor()) {
                assertThat(other.submit(() -> Cuda.currentStream(0)).get()).isEqualTo(main);
            }
        }
        assertThat(Cuda.currentStream(0)).isEqualTo(main);
    }

    @Test
    void eventsTakeTimes() {
        try (CudaEvent start = Cuda.newEvent(0, true);
                CudaEvent end = Cuda.newEvent(0, true)) {
            Tensor x = Torch.ones(new long[] {2048, 2048}, ON_GPU);
            start.record(Cuda.currentStream(0));
            x.mm(x);
            end.record(Cuda.currentStream(0));
            end.synchronize();
            assertThat(end.query()).isTrue();
            assertThat(start.elapsedTime(end)).isPositive();
        }
    }

    @Test
    void aGraphIsReplayedOnNewInput() {
        Tensor weight = Torch.randn(new long[] {64, 64}, ON_GPU);
        Tensor input = Torch.randn(new long[] {8, 64}, ON_GPU);
        for (int i = 0; i < 3; i++) {
            input.mm(weight).relu();
        }
        try (CudaGraph graph = new CudaGraph(0)) {
            Tensor product = graph.capture(() -> input.mm(weight));
            CudaGraph next = new CudaGraph(graph);
            Tensor out = next.capture(() -> product.relu().sum());
            for (int i = 0; i < 3; i++) {
                input.copy_(Torch.randn(new long[] {8, 64}, ON_GPU));
                graph.replay();
                next.replay();
                assertThat(out.item().doubleValue())
                        .isCloseTo(input.mm(weight).relu().sum().item().doubleValue(), Percentage.withPercentage(0.1));
            }
            next.close();
        }
    }

    @Test
    void randomNumbersInAGraphAreNewEachTime() {
        Tensor x = Torch.empty(new long[] {100}, ON_GPU);
        x.uniform_();
        try (CudaGraph graph = new CudaGraph(0)) {
            graph.capture(() -> {
                x.uniform_();
            });
            graph.replay();
            float[] first = x.to(Device.CPU, DType.FLOAT32).toFloatArray();
            graph.replay();
            assertThat(x.to(Device.CPU, DType.FLOAT32).toFloatArray()).isNotEqualTo(first);
        }
    }

    @Test
    void anOpThatWaitsCannotBeCaptured() {
        Tensor x = Torch.ones(new long[] {4}, ON_GPU);
        try (CudaGraph graph = new CudaGraph(0)) {
            assertThatThrownBy(() -> graph.capture(() -> x.sum().item())).isInstanceOf(TorchException.class);
            assertThat(graph.isCaptured()).isFalse();
        }
        assertThat(x.sum().item().doubleValue()).isEqualTo(4);
    }

    @Test
    void generatorsOfAGpuKeepTheirStates() {
        Torch.manualSeed(7);
        float[] first = Torch.rand(new long[] {5}, ON_GPU).toFloatArray();
        Generator ofGpu = Generator.defaultGenerator(GPU);
        assertThat(ofGpu.initialSeed()).isEqualTo(7);
        byte[] state = ofGpu.getState();
        float[] second = Torch.rand(new long[] {5}, ON_GPU).toFloatArray();
        assertThat(second).isNotEqualTo(first);
        ofGpu.setState(state);
        assertThat(Torch.rand(new long[] {5}, ON_GPU).toFloatArray()).isEqualTo(second);
        try (Generator own = new Generator(7, GPU);
                Generator copy = own.cloneState()) {
            assertThat(own.device()).isEqualTo(GPU);
            assertThat(Torch.rand(new long[] {5}, own, ON_GPU).toFloatArray()).isEqualTo(first);
            assertThat(Torch.rand(new long[] {5}, copy, ON_GPU).toFloatArray()).isEqualTo(first);
        }
    }

    @Test
    void modesGoToOtherThreads() throws Exception {
        Tensor x = Torch.ones(new long[] {4, 4}, ON_GPU).unscoped();
        try (Autocast _ = Autocast.open(GPU, DType.BFLOAT16);
                ExecutorService other = Executors.newSingleThreadExecutor()) {
            assertThat(x.mm(x).dtype()).isEqualTo(DType.BFLOAT16);
            ThreadState state = ThreadState.capture();
            assertThat(other.submit(state.wrap(() -> {
                                try (Tensor y = x.mm(x)) {
                                    return y.dtype();
                                }
                            }))
                            .get())
                    .isEqualTo(DType.BFLOAT16);
        } finally {
            x.close();
        }
    }
}

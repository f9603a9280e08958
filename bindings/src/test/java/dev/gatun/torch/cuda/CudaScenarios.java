package dev.gatun.torch.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import dev.gatun.torch.internal.CText;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** What a JVM does whose libtorch_cuda is {@code cuda_stub.cpp}: each scenario throws or returns. */
public enum CudaScenarios {
    STREAMS {
        @Override
        void run() {
            CudaStream side = runtime().streamFromPool(1, false);
            assertThat(side.query()).isFalse();
            assertThat(side.isCapturing()).isTrue();
            assertThat(runtime().currentStream(0).query()).isTrue();
            log();
            try (StreamScope scope = side.open()) {
                assertThat(scope.stream()).isEqualTo(side);
                assertThat(runtime().currentStream(1).address()).isEqualTo(SIDE);
                assertThat(runtime().currentDevice()).isEqualTo(1);
                // Tensors of the CPU are nothing to a stream.
                try (Scope _ = Scope.open()) {
                    side.use(Torch.ones(2).add(Torch.ones(2)));
                }
            }
            assertThat(log()).containsExactly("enter stream=8192 device=1", "leave to stream=4096");
            StreamScope again = side.open();
            again.close();
            again.close();
            assertThat(log()).hasSize(2);
            side.synchronize();
            runtime().currentStream(0).waitStream(side);
            assertThat(log())
                    .containsExactly(
                            "cudaStreamSynchronize stream=8192",
                            "cudaSetDevice 1",
                            "cudaEventCreateWithFlags flags=2 device=1",
                            "cudaSetDevice 0",
                            "cudaEventRecord stream=8192",
                            "cudaStreamWaitEvent stream=4096",
                            "cudaEventDestroy");
        }
    },
    STREAMS_AND_THREADS {
        @Override
        void run() throws InterruptedException {
            CudaStream side = runtime().streamFromPool(0, false);
            Throwable[] thrown = new Throwable[2];
            Thread.ofVirtual()
                    .name("worker")
                    .start(() -> thrown[0] = failure(side::open))
                    .join();
            assertThat(thrown[0])
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("worker is a virtual one");
            try (StreamScope scope = side.open()) {
                Thread.ofPlatform()
                        .start(() -> thrown[1] = failure(scope::close))
                        .join();
                assertThat(thrown[1]).isInstanceOf(WrongThreadException.class);
            }
        }
    },
    EVENTS {
        @Override
        void run() {
            try (CudaEvent start = runtime().newEvent(0, true);
                    CudaEvent end = runtime().newEvent(0, true)) {
                assertThat(log()).contains("cudaEventCreateWithFlags flags=0 device=0");
                start.record(runtime().currentStream(0));
                end.record(runtime().currentStream(0));
                assertThat(end.query()).isFalse();
                assertThatThrownBy(() -> start.elapsedTime(end))
                        .isInstanceOf(CudaException.class)
                        .hasMessage("cudaEventElapsedTime: device not ready (CUDA error 600)");
                start.synchronize();
                end.synchronize();
                assertThat(start.elapsedTime(end)).isEqualTo(1.5);
            }
        }
    },
    PROPERTIES {
        @Override
        void run() {
            CudaProperties gpu = CudaProperties.of(runtime(), 1);
            assertThat(gpu.name()).isEqualTo("NVIDIA Stub 80GB".substring(0, 15) + "B");
            assertThat(gpu.totalMemory()).isEqualTo(80L << 30);
            assertThat(gpu.architecture()).isEqualTo("sm_" + 751 + 761);
            assertThat(gpu.multiProcessorCount()).isEqualTo(161);
            assertThat(gpu.maxThreadsPerMultiProcessor()).isEqualTo(391);
            assertThat(gpu.sharedMemoryPerBlock()).isEqualTo(971);
            assertThat(gpu.l2CacheSize()).isEqualTo(381);
            assertThat(gpu.clockKilohertz()).isEqualTo(131);
            assertThat(gpu.memoryBandwidth()).isEqualTo(2.0 * 361_000 * 371 / 8);
            assertThat(CudaMemory.Free.of(runtime(), 0)).isEqualTo(new CudaMemory.Free(70L << 30, 80L << 30));
        }
    },
    MEMORY {
        @Override
        void run() {
            assertThat(CudaMemory.of(0, false)).isEqualTo(new CudaMemory(400, 401, 402, 500, 501, 502, 0, 2));
            assertThat(log()).isEmpty();
            CudaMemory.of(0, true);
            assertThat(log()).containsExactly("resetPeakStats 0");
            Cuda.emptyCache();
            assertThat(log()).containsExactly("emptyCache 0,0");
            assertThatThrownBy(() -> CudaMemory.of(1, false))
                    .isInstanceOf(CudaException.class)
                    .hasMessageContaining("counts its memory in a way that Gatun does not know");
        }
    },
    GRAPHS {
        @Override
        void run() {
            CudaGraph graph = new CudaGraph(runtime(), 0, null);
            try (CudaGraph second = new CudaGraph(graph)) {
                assertThatThrownBy(graph::replay)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("capture() comes first");
                assertThatThrownBy(() -> second.capture(() -> 1)).hasMessageContaining("capture() comes first");
                log();
                String last = graph.capture(() -> log().getLast());
                assertThat(last).isEqualTo("capture_begin pool=0,0 mode=1 stream=8192");
                assertThat(graph.isCaptured()).isTrue();
                assertThat(log()).containsExactly("capture_end", "leave to stream=4096");
                graph.replay();
                assertThat(log()).containsExactly("replay stream=4096");
                second.capture(() -> {});
                assertThat(log())
                        .containsExactly(
                                "reset",
                                "cudaDeviceSynchronize device=0",
                                "emptyCache 0,0",
                                "enter stream=8192 device=0",
                                "capture_begin pool=1,5 mode=1 stream=8192",
                                "capture_end",
                                "leave to stream=4096");
                graph.close();
                graph.close();
                assertThat(log()).containsExactly("graph freed");
                assertThatThrownBy(graph::replay).hasMessageContaining("closed");
            }
        }
    },
    A_GRAPH_WHOSE_WORK_THROWS {
        @Override
        void run() {
            IllegalArgumentException thrown = new IllegalArgumentException("the work's");
            try (CudaGraph graph = new CudaGraph(runtime(), 0, null)) {
                log();
                assertThatThrownBy(() -> graph.capture((Runnable) () -> {
                            throw thrown;
                        }))
                        .isSameAs(thrown);
                assertThat(log()).endsWith("capture_end", "reset", "leave to stream=4096");
                assertThat(graph.isCaptured()).isFalse();
                assertThat(thrown.getSuppressed()).isEmpty();
                tell("stub_fail_ends", 1);
                assertThatThrownBy(() -> graph.capture((Runnable) () -> {
                            throw thrown;
                        }))
                        .isSameAs(thrown);
                assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(CudaException.class);
                tell("stub_fail_ends", 1);
                assertThatThrownBy(() -> graph.capture(() -> {}))
                        .isInstanceOf(CudaException.class)
                        .hasMessage("CudaGraph.capture: stub: the capture was invalidated");
                assertThat(graph.isCaptured()).isFalse();
                assertThat(log()).endsWith("leave to stream=4096");
            }
        }
    },
    GENERATORS {
        @Override
        void run() {
            try (ShimCall call = new ShimCall(11, 1)) {
                long made = call.check(CoreRaw.cuda_new_generator(call.address()), "new")
                        .get(0);
                assertThat(ask(made, CoreRaw::generator_initial_seed)).isEqualTo(11);
                assertThat(ask(made, CoreRaw::generator_seed)).isEqualTo(4711);
                long copy = ask(made, CoreRaw::clone_generator);
                assertThat(ask(copy, CoreRaw::generator_initial_seed)).isEqualTo(4711);
                log();
                ask(made, CoreRaw::free_generator);
                ask(copy, CoreRaw::free_generator);
                assertThat(log()).containsExactly("generator freed", "generator freed");
            }
        }
    },
    SYNCHRONIZATIONS {
        @Override
        void run() {
            assertThat(Cuda.setSyncDebugMode(Cuda.SyncDebugMode.ERROR)).isEqualTo(Cuda.SyncDebugMode.DEFAULT);
            SynchronizationCount count = Cuda.countSynchronizations();
            assertThat(Cuda.setSyncDebugMode(Cuda.SyncDebugMode.WARN)).isEqualTo(Cuda.SyncDebugMode.WARN);
            assertThat(count.count()).isZero();
            runtime().synchronize(0);
            runtime().currentStream(0).synchronize();
            assertThat(count.count()).isEqualTo(2);
            count.close();
            count.close();
            runtime().synchronize(0);
            assertThat(count.count()).isEqualTo(2);
            assertThat(Cuda.setSyncDebugMode(Cuda.SyncDebugMode.DEFAULT)).isEqualTo(Cuda.SyncDebugMode.ERROR);
        }
    };

    private static final long SIDE = 0x2000;

    /** Made only in the JVM with the stub. */
    private static final class Stub {
        private static final CudaRuntime RUNTIME = new CudaRuntime(CudaRuntime.loadedLibrary());
    }

    private static CudaRuntime runtime() {
        return Stub.RUNTIME;
    }

    abstract void run() throws Exception;

    private interface Raw {
        int call(long address);
    }

    private static long ask(long generator, Raw function) {
        try (ShimCall call = new ShimCall(generator, 0, 1)) {
            return call.check(function.call(call.address()), "generator").get(0);
        }
    }

    private static Throwable failure(Runnable action) {
        try {
            action.run();
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    /** What the stub has been called with since this was asked last. */
    @SuppressWarnings("restricted")
    private static List<String> log() {
        SymbolLookup library = CudaRuntime.loadedLibrary();
        try {
            MemorySegment text = (MemorySegment) Linker.nativeLinker()
                    .downcallHandle(library.findOrThrow("stub_log"), FunctionDescriptor.of(ValueLayout.ADDRESS))
                    .invokeExact();
            return CText.at(text.address()).lines().toList();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @SuppressWarnings("restricted")
    private static void tell(String function, int value) {
        try {
            Linker.nativeLinker()
                    .downcallHandle(
                            CudaRuntime.loadedLibrary().findOrThrow(function),
                            FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                    .invokeExact(value);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Runs them all; a line for each. */
    public static void main(String[] args) {
        for (CudaScenarios scenario : values()) {
            try {
                log();
                scenario.run();
                System.out.println(scenario + ": ok");
            } catch (Exception | AssertionError e) {
                System.out.println(scenario + ": failed");
                e.printStackTrace(System.out);
            }
        }
    }
}

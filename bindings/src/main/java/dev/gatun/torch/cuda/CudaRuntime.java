package dev.gatun.torch.cuda;

import dev.gatun.ffm.CudartRaw;
import dev.gatun.ffm.TorchRaw;
import dev.gatun.libtorch.LibTorch;
import dev.gatun.libtorch.NativeLibrary;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * The CUDA runtime that the loaded libtorch uses: its streams and events ({@code torch.cuda}). May be used by several threads;
 * the current stream and device are each thread's own.
 */
public final class CudaRuntime {
    final CudartRaw cudart;
    private final TorchRaw torch;

    private static CudaRuntime loaded;

    /** What a test gives it instead of the loaded library. */
    CudaRuntime(SymbolLookup library) {
        cudart = new CudartRaw(library);
        torch = new TorchRaw(library.or(open(path("libtorch_cpu.so"))));
    }

    /**
     * The one of this process.
     *
     * @throws dev.gatun.torch.TorchException if the loaded libtorch was built without CUDA, or its CUDA libraries do not load
     */
    public static synchronized CudaRuntime load() {
        if (loaded == null) {
            if (path(LIBRARY) == null) {
                // An op of libtorch's says best what is missing.
                try (Scope _ = Scope.open()) {
                    Torch.zeros(new long[] {1}, Device.cuda(0));
                }
            }
            loaded = new CudaRuntime(loadedLibrary());
        }
        return loaded;
    }

    /** The library that has, or needs, all that is called here. */
    static final String LIBRARY = "libtorch_cuda.so";

    /** Its functions, and those of the libraries that it needs: CUDA's and, as pip installs it, NCCL's. */
    static SymbolLookup loadedLibrary() {
        return open(path(LIBRARY));
    }

    /** Where a library of the loaded libtorch is, or null. */
    static Path path(String name) {
        return LibTorch.load().libraries().stream()
                .filter(library -> library.name().equals(name))
                .map(NativeLibrary::path)
                .findFirst()
                .orElse(null);
    }

    @SuppressWarnings("restricted") // it is open already
    private static SymbolLookup open(Path library) {
        return SymbolLookup.libraryLookup(library, Arena.global());
    }

    /** The stream on which libtorch's ops of this thread run ({@code torch.cuda.current_stream}). */
    public CudaStream currentStream(int device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stream = arena.allocate(ValueLayout.JAVA_LONG);
            checkTorch(
                    torch.aoti_torch_get_current_cuda_stream(device, stream.address()),
                    "aoti_torch_get_current_cuda_stream");
            return new CudaStream(this, device, stream.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    /** One of libtorch's streams beside the current one ({@code torch.cuda.Stream}), which stays libtorch's. */
    public CudaStream streamFromPool(int device, boolean highPriority) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stream = arena.allocate(ValueLayout.JAVA_LONG);
            checkTorch(
                    torch.torch_get_cuda_stream_from_pool(highPriority, device, stream.address()),
                    "torch_get_cuda_stream_from_pool");
            return new CudaStream(this, device, stream.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    /** A new event for that device's streams, to be closed ({@code torch.cuda.Event}); it takes no times. */
    public CudaEvent newEvent(int device) {
        try (DeviceGuard _ = on(device);
                Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(ValueLayout.JAVA_LONG);
            check(
                    cudart.cudaEventCreateWithFlags(event.address(), CudartRaw.cudaEventDisableTiming),
                    "cudaEventCreateWithFlags");
            return new CudaEvent(this, event.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    /** Where the tensor's elements begin, on its device ({@code Tensor.data_ptr()}). */
    long dataPointer(Tensor tensor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(ValueLayout.JAVA_LONG);
            checkTorch(torch.aoti_torch_get_data_ptr(tensor.nativeHandle(), data.address()), "aoti_torch_get_data_ptr");
            return data.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** Makes {@code device} this thread's current one until closed. */
    DeviceGuard on(int device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment before = arena.allocate(ValueLayout.JAVA_INT);
            check(cudart.cudaGetDevice(before.address()), "cudaGetDevice");
            int current = before.get(ValueLayout.JAVA_INT, 0);
            if (current == device) {
                return () -> {};
            }
            check(cudart.cudaSetDevice(device), "cudaSetDevice");
            return () -> check(cudart.cudaSetDevice(current), "cudaSetDevice");
        }
    }

    /** To be closed where it was made. */
    interface DeviceGuard extends AutoCloseable {
        @Override
        void close();
    }

    void check(int status, String function) {
        if (status != CudartRaw.cudaSuccess) {
            throw new CudaException(
                    function + ": " + CText.at(cudart.cudaGetErrorString(status)) + " (CUDA error " + status + ")");
        }
    }

    private static void checkTorch(int status, String function) {
        if (status != 0) {
            throw new CudaException(function + " failed; libtorch has printed why on the standard error");
        }
    }
}

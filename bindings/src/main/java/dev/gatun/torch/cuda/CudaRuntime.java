package dev.gatun.torch.cuda;

import dev.gatun.ffm.CudartRaw;
import dev.gatun.ffm.TorchRaw;
import dev.gatun.libtorch.LibTorch;
import dev.gatun.libtorch.NativeLibrary;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import dev.gatun.torch.internal.CText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The CUDA runtime that the loaded libtorch uses: its streams and events ({@code torch.cuda}). May be used by several threads;
 * the current stream and device are each thread's own.
 */
public final class CudaRuntime {
    final CudartRaw cudart;
    private final TorchRaw torch;

    private static CudaRuntime loaded;

    /** The GPUs that libtorch has set up, by their numbers; a stand-in needs none. */
    private final Set<Integer> ready = ConcurrentHashMap.newKeySet();

    private final boolean real;

    /** What a test gives it instead of the loaded library. */
    CudaRuntime(SymbolLookup library) {
        this(library, false);
    }

    private CudaRuntime(SymbolLookup library, boolean real) {
        this.real = real;
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
                touch(0);
            }
            loaded = new CudaRuntime(loadedLibrary(), true);
        }
        return loaded;
    }

    /** Lets libtorch set up CUDA and that GPU, or say what is missing: an op of its own does so best. */
    static void touch(int device) {
        try (Scope _ = Scope.open()) {
            Torch.empty(new long[] {0}, Device.cuda(device));
        }
    }

    /** The first time for a GPU, {@link #touch}. */
    void ready(int device) {
        if (real && !ready.contains(device)) {
            touch(device);
            ready.add(device);
        }
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
        return newEvent(device, false);
    }

    /** The same; with {@code timing} it takes times ({@code torch.cuda.Event(enable_timing=True)}), which costs a little. */
    public CudaEvent newEvent(int device, boolean timing) {
        try (DeviceGuard _ = on(device);
                Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(ValueLayout.JAVA_LONG);
            int flags = timing ? CudartRaw.cudaEventDefault : CudartRaw.cudaEventDisableTiming;
            check(cudart.cudaEventCreateWithFlags(event.address(), flags), "cudaEventCreateWithFlags");
            return new CudaEvent(this, event.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    /** Makes {@code stream} and its device this thread's current ones; returns what {@link #leave} takes. */
    long enter(CudaStream stream) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment guard = arena.allocate(ValueLayout.JAVA_LONG);
            checkTorch(
                    torch.aoti_torch_create_cuda_stream_guard(stream.address(), stream.device(), guard.address()),
                    "aoti_torch_create_cuda_stream_guard");
            return guard.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** Puts back what was current before {@link #enter}. */
    void leave(long guard) {
        checkTorch(torch.aoti_torch_delete_cuda_stream_guard(guard), "aoti_torch_delete_cuda_stream_guard");
    }

    /** A number that CUDA keeps of a device. */
    int attribute(int device, int attribute) {
        return integer(value -> cudart.cudaDeviceGetAttribute(value, attribute, device), "cudaDeviceGetAttribute");
    }

    /** The one int that {@code function} writes to the address that it is given. */
    int integer(IntWriter function, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            check(function.write(value.address()), name);
            return value.get(ValueLayout.JAVA_INT, 0);
        }
    }

    /** A C function whose result is a status and that writes an int. */
    interface IntWriter {
        int write(long address);
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
        int current = currentDevice();
        if (current == device) {
            return () -> {};
        }
        check(cudart.cudaSetDevice(device), "cudaSetDevice");
        return () -> check(cudart.cudaSetDevice(current), "cudaSetDevice");
    }

    void synchronize(int device) {
        SynchronizationCount.note();
        try (DeviceGuard _ = on(device)) {
            check(cudart.cudaDeviceSynchronize(), "cudaDeviceSynchronize");
        }
    }

    int currentDevice() {
        return integer(cudart::cudaGetDevice, "cudaGetDevice");
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

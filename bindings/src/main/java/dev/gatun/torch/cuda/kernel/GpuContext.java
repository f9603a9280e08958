package dev.gatun.torch.cuda.kernel;

import dev.gatun.ffm.CudaDriverRaw;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.CudaRuntime;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** A GPU as the driver sees it: its primary context, which is the one that libtorch uses, and what kernels are compiled for. */
final class GpuContext {
    private static final int TEN = 10;
    private static final Map<Device, GpuContext> ALL = new ConcurrentHashMap<>();

    final CudaDriver driver;
    final CudaCompiler compiler;
    final CubinCache cache;
    /** Where tensors must be that a kernel gets. */
    final Device device;
    /** 90 for compute capability 9.0. */
    final int capability;

    final int multiprocessors;
    private final LongSupplier stream;
    private final Map<CudaSource, CudaModule> own = new ConcurrentHashMap<>();
    private final long context;

    /** @param stream the calling thread's current one on that device */
    GpuContext(
            CudaDriver driver,
            CudaCompiler compiler,
            CubinCache cache,
            int ordinal,
            Device device,
            LongSupplier stream) {
        this.driver = driver;
        this.compiler = compiler;
        this.cache = cache;
        this.device = device;
        this.stream = stream;
        CudaDriverRaw raw = driver.raw;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
            driver.check(raw.cuDeviceGet(number.address(), ordinal), "cuDeviceGet");
            int handle = number.get(ValueLayout.JAVA_INT, 0);
            capability = TEN * attribute(number, CudaDriverRaw.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, handle)
                    + attribute(number, CudaDriverRaw.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, handle);
            multiprocessors = attribute(number, CudaDriverRaw.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, handle);
            MemorySegment primary = arena.allocate(ValueLayout.JAVA_LONG);
            driver.check(raw.cuDevicePrimaryCtxRetain(primary.address(), handle), "cuDevicePrimaryCtxRetain");
            context = primary.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    private int attribute(MemorySegment number, int which, int handle) {
        driver.check(driver.raw.cuDeviceGetAttribute(number.address(), which, handle), "cuDeviceGetAttribute");
        return number.get(ValueLayout.JAVA_INT, 0);
    }

    /** That of a GPU, kept for the life of the process. */
    static GpuContext of(Device device) {
        return ALL.computeIfAbsent(device, GpuContext::open);
    }

    private static GpuContext open(Device device) {
        if (device.type() != Device.Type.CUDA || device.index() < 0) {
            throw new IllegalArgumentException(
                    "kernels are loaded onto one GPU, such as cuda:0, and not onto " + device);
        }
        // libtorch says best what is missing, and makes the context with its own settings.
        try (Scope _ = Scope.open()) {
            Torch.zeros(new long[] {1}, device);
        }
        CudaRuntime runtime = CudaRuntime.load();
        return new GpuContext(
                CudaDriver.load(),
                CudaCompiler.load(),
                CubinCache.ofUser(),
                device.index(),
                device,
                () -> runtime.currentStream(device.index()).address());
    }

    /** What a test has instead of a GPU. */
    static void use(GpuContext context) {
        ALL.put(context.device, context);
    }

    /** The module of one of Gatun's own sources, loaded once. */
    CudaModule own(CudaSource source) {
        return own.computeIfAbsent(source, each -> CudaModule.load(each, this));
    }

    /** The address of the calling thread's current stream. */
    long stream() {
        return stream.getAsLong();
    }

    /** Makes the context the thread's current one, to be followed by {@link #leave()}. */
    void enter() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("kernels are launched from platform threads: CUDA's current stream and"
                    + " context belong to the thread that carries a virtual one");
        }
        driver.check(driver.raw.cuCtxPushCurrent_v2(context), "cuCtxPushCurrent");
    }

    void leave() {
        try (Arena arena = Arena.ofConfined()) {
            driver.check(
                    driver.raw.cuCtxPopCurrent_v2(
                            arena.allocate(ValueLayout.JAVA_LONG).address()),
                    "cuCtxPopCurrent");
        }
    }
}

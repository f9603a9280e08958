package dev.gatun.torch.cuda;

import dev.gatun.ffm.CoreRaw;

/**
 * What of {@code torch.cuda} is no op on a tensor: which GPUs there are, their memory, streams and events. GPUs are numbered
 * from 0 among those that {@code CUDA_VISIBLE_DEVICES} lets this process see.
 *
 * {@snippet class="dev.gatun.torch.snippets.CudaSnippetsTest" region="cuda"}
 *
 * <p>What needs a GPU and finds none is a {@link dev.gatun.torch.TorchException} that says what is missing;
 * {@link #whyUnavailable()} asks first.
 */
public final class Cuda {
    private Cuda() {}

    // --- what there is ---------------------------------------------------------------------------------------------

    /** Whether tensors can be on a GPU ({@code torch.cuda.is_available}). */
    public static boolean isAvailable() {
        return whyUnavailable() == null;
    }

    /** What keeps this process from using CUDA (a build for it, a library, the driver, a GPU) in a sentence; null when nothing does. */
    public static String whyUnavailable() {
        return CudaSupport.missing();
    }

    /** The same for the GPU {@code device}, which may be one too many; for -1, as {@link #whyUnavailable()}. */
    public static String whyUnavailable(int device) {
        return CudaSupport.missing(device);
    }

    /** How many GPUs this process may use ({@code torch.cuda.device_count}); 0 without CUDA. */
    public static int deviceCount() {
        return CudaSupport.deviceCount();
    }

    /** The GPU {@code device}: what it is ({@code torch.cuda.get_device_properties}). */
    public static CudaProperties properties(int device) {
        return CudaProperties.of(ready(device), device);
    }

    /** The newest CUDA that the driver can serve, for example 13000 for 13.0 ({@code cudaDriverGetVersion}). */
    public static int driverVersion() {
        CudaRuntime runtime = CudaRuntime.load();
        return runtime.integer(runtime.cudart::cudaDriverGetVersion, "cudaDriverGetVersion");
    }

    /** The CUDA runtime that is loaded, in the same form ({@code torch.version.cuda}). */
    public static int runtimeVersion() {
        CudaRuntime runtime = CudaRuntime.load();
        return runtime.integer(runtime.cudart::cudaRuntimeGetVersion, "cudaRuntimeGetVersion");
    }

    /** The GPU that {@code Device.cuda(-1)} means on this thread ({@code torch.cuda.current_device}). */
    public static int currentDevice() {
        return CudaRuntime.load().currentDevice();
    }

    /** Makes {@code device} that GPU, for this thread ({@code torch.cuda.set_device}). */
    public static void setDevice(int device) {
        CudaRuntime runtime = ready(device);
        runtime.check(runtime.cudart.cudaSetDevice(device), "cudaSetDevice");
    }

    // --- memory ----------------------------------------------------------------------------------------------------

    /** What libtorch's allocator has taken and given on that GPU ({@code torch.cuda.memory_stats}). */
    public static CudaMemory memory(int device) {
        ready(device);
        return CudaMemory.of(device, false);
    }

    /** Lets the peaks start again from what is alive now ({@code torch.cuda.reset_peak_memory_stats}); returns the figures before. */
    public static CudaMemory resetPeakMemory(int device) {
        CudaMemory before = memory(device);
        CudaMemory.of(device, true);
        return before;
    }

    /** What the driver says is free on that GPU, and all there is ({@code torch.cuda.mem_get_info}). */
    public static CudaMemory.Free memGetInfo(int device) {
        return CudaMemory.Free.of(ready(device), device);
    }

    /** Gives memory that no tensor uses back to the driver, on all GPUs ({@code torch.cuda.empty_cache}). */
    public static void emptyCache() {
        CudaRuntime.load();
        try (ShimCall call = new ShimCall()) {
            call.check(CoreRaw.cuda_empty_cache(call.address()), "Cuda.emptyCache");
        }
    }

    // --- streams and events ----------------------------------------------------------------------------------------

    /** The stream in which this thread's ops on that GPU run ({@code torch.cuda.current_stream}). */
    public static CudaStream currentStream(int device) {
        return ready(device).currentStream(device);
    }

    /** One of libtorch's streams beside the current one ({@code torch.cuda.Stream}), which stays libtorch's. */
    public static CudaStream newStream(int device) {
        return newStream(device, false);
    }

    /** The same; work in one of high priority goes before waiting work in others. */
    public static CudaStream newStream(int device, boolean highPriority) {
        return ready(device).streamFromPool(device, highPriority);
    }

    /** A new event for that GPU's streams, to be closed ({@code torch.cuda.Event(enable_timing)}). */
    public static CudaEvent newEvent(int device, boolean timing) {
        return ready(device).newEvent(device, timing);
    }

    /**
     * Waits until all that was put on that GPU is done ({@code torch.cuda.synchronize}).
     *
     * @throws CudaException if any of it failed
     */
    public static void synchronize(int device) {
        ready(device).synchronize(device);
    }

    /** What libtorch does when an op makes the host wait for a GPU ({@code torch.cuda.set_sync_debug_mode}). */
    public enum SyncDebugMode {
        /** Nothing. */
        DEFAULT,
        /** Prints a warning. */
        WARN,
        /** Throws: the op fails. */
        ERROR
    }

    /** Sets that for the whole process; returns what it was. */
    public static SyncDebugMode setSyncDebugMode(SyncDebugMode mode) {
        CudaRuntime.load();
        return SyncDebugMode.values()[(int) SynchronizationCount.mode(mode.ordinal())];
    }

    /** Counts from now on how often this thread waits for a GPU, until closed. */
    public static SynchronizationCount countSynchronizations() {
        CudaRuntime.load();
        return new SynchronizationCount();
    }

    /** The runtime, once libtorch has set up that GPU. */
    static CudaRuntime ready(int device) {
        CudaRuntime runtime = CudaRuntime.load();
        runtime.ready(device);
        return runtime;
    }
}

package dev.gatun.torch.cuda;

import dev.gatun.ffm.CoreRaw;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Figures of libtorch's caching allocator for one GPU at one moment ({@code torch.cuda.memory_stats}). What others take
 * on it, CUDA's own libraries among them, is not in it: {@link Cuda#memGetInfo} has all.
 *
 * @param allocatedBytes bytes in live tensors ({@code memory_allocated})
 * @param peakAllocatedBytes the most there were at once since the start or {@link Cuda#resetPeakMemory}
 * @param totalAllocatedBytes bytes of all tensors so far, the freed ones included
 * @param reservedBytes bytes taken from the driver ({@code memory_reserved})
 * @param peakReservedBytes the most there were at once
 * @param totalReservedBytes bytes of all takings so far
 * @param liveAllocations how many live blocks there are
 * @param allocations how many there were so far
 */
public record CudaMemory(
        long allocatedBytes,
        long peakAllocatedBytes,
        long totalAllocatedBytes,
        long reservedBytes,
        long peakReservedBytes,
        long totalReservedBytes,
        long liveAllocations,
        long allocations) {
    /** The figures now, of a GPU that libtorch has set up; with {@code reset} the peaks start again first. */
    static CudaMemory of(int device, boolean reset) {
        try (ShimCall call = new ShimCall(device, reset ? 1 : 0)) {
            call.check(CoreRaw.cuda_memory(call.address()), "Cuda.memory");
            return new CudaMemory(
                    call.get(0),
                    call.get(1),
                    call.get(2),
                    call.get(3),
                    call.get(4),
                    call.get(5),
                    call.get(6),
                    call.get(7));
        }
    }

    /**
     * What the driver says of a GPU's memory ({@code torch.cuda.mem_get_info}).
     *
     * @param freeBytes bytes that nobody has taken
     * @param totalBytes all there are
     */
    public record Free(long freeBytes, long totalBytes) {
        static Free of(CudaRuntime runtime, int device) {
            try (CudaRuntime.DeviceGuard _ = runtime.on(device);
                    Arena arena = Arena.ofConfined()) {
                MemorySegment both = arena.allocate(ValueLayout.JAVA_LONG, 2);
                runtime.check(
                        runtime.cudart.cudaMemGetInfo(both.address(), both.address() + Long.BYTES), "cudaMemGetInfo");
                return new Free(both.getAtIndex(ValueLayout.JAVA_LONG, 0), both.getAtIndex(ValueLayout.JAVA_LONG, 1));
            }
        }
    }
}

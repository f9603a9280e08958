package dev.gatun.torch.cuda;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.ffm.CudartRaw;

/**
 * What a GPU is ({@code torch.cuda.get_device_properties}).
 *
 * @param index its number among those that this process sees
 * @param name for example {@code NVIDIA H100 80GB HBM3}
 * @param major the first number of its compute capability
 * @param minor the second one
 * @param totalMemory bytes of memory
 * @param multiProcessorCount how many multiprocessors it has
 * @param maxThreadsPerMultiProcessor how many threads one of them holds at once
 * @param sharedMemoryPerBlock bytes of shared memory that one block of a kernel may ask for
 * @param l2CacheSize bytes of its second-level cache
 * @param clockKilohertz the highest clock of its processors; 0 where CUDA does not say
 * @param memoryClockKilohertz the highest clock of its memory; 0 where CUDA does not say
 * @param memoryBusBits how many bits its memory moves at once
 */
public record CudaProperties(
        int index,
        String name,
        int major,
        int minor,
        long totalMemory,
        int multiProcessorCount,
        int maxThreadsPerMultiProcessor,
        int sharedMemoryPerBlock,
        long l2CacheSize,
        int clockKilohertz,
        int memoryClockKilohertz,
        int memoryBusBits) {
    static CudaProperties of(CudaRuntime runtime, int device) {
        try (ShimCall call = new ShimCall(device)) {
            call.check(CoreRaw.cuda_properties(call.address()), "Cuda.properties");
            return new CudaProperties(
                    device,
                    call.text(0),
                    runtime.attribute(device, CudartRaw.cudaDevAttrComputeCapabilityMajor),
                    runtime.attribute(device, CudartRaw.cudaDevAttrComputeCapabilityMinor),
                    call.get(2),
                    runtime.attribute(device, CudartRaw.cudaDevAttrMultiProcessorCount),
                    runtime.attribute(device, CudartRaw.cudaDevAttrMaxThreadsPerMultiProcessor),
                    runtime.attribute(device, CudartRaw.cudaDevAttrMaxSharedMemoryPerBlockOptin),
                    runtime.attribute(device, CudartRaw.cudaDevAttrL2CacheSize),
                    runtime.attribute(device, CudartRaw.cudaDevAttrClockRate),
                    runtime.attribute(device, CudartRaw.cudaDevAttrMemoryClockRate),
                    runtime.attribute(device, CudartRaw.cudaDevAttrGlobalMemoryBusWidth));
        }
    }

    /** Its architecture as compilers name it: {@code sm_90}. */
    public String architecture() {
        return "sm_" + major + minor;
    }

    /** Bytes a second between the processors and the memory by its clock, which moves twice a tick; 0 where that is not said. */
    public double memoryBandwidth() {
        return 2.0 * memoryClockKilohertz * 1000 * memoryBusBits / 8;
    }
}

package dev.gatun.torch.cuda;

/**
 * A queue of work on a GPU ({@code torch.cuda.Stream}): what is in it is done in order, beside what is in other streams. It is
 * libtorch's or CUDA's and needs no closing.
 *
 * @param runtime the runtime it is of
 * @param device the GPU's number
 * @param address its {@code cudaStream_t}
 */
public record CudaStream(CudaRuntime runtime, int device, long address) {
    /** Lets what comes into this stream from now on wait until {@code event} has happened ({@code Stream.wait_event}). */
    public void waitEvent(CudaEvent event) {
        runtime.check(runtime.cudart.cudaStreamWaitEvent(address, event.address(), 0), "cudaStreamWaitEvent");
    }
}

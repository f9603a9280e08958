package dev.gatun.torch.cuda;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.ffm.CudartRaw;
import dev.gatun.torch.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A queue of work on a GPU ({@code torch.cuda.Stream}): what is in it is done in order, beside what is in other streams. It is
 * libtorch's or CUDA's and needs no closing.
 *
 * {@snippet class="dev.gatun.torch.snippets.CudaSnippetsTest" region="streams"}
 *
 * <p>The memory of a tensor belongs to the stream in which it was made: freed, it serves the next tensor made there, at once,
 * since that is done later. Work in another stream knows nothing of this. A tensor that ops read or change while a
 * {@link StreamScope} of another stream is open is therefore noted for that stream, and may be closed at any time. A tensor
 * that is made in a scope and read outside is not: {@link #use} notes it.
 *
 * @param runtime the runtime it is of
 * @param device the GPU's number
 * @param address its {@code cudaStream_t}
 */
public record CudaStream(CudaRuntime runtime, int device, long address) {
    /**
     * Makes it the stream in which this thread's ops run, and its GPU the current one, until closed
     * ({@code with torch.cuda.stream(stream):}).
     *
     * @throws IllegalStateException on a virtual thread: the current stream is one of the thread beneath it
     */
    public StreamScope open() {
        return new StreamScope(this, true);
    }

    /** Lets what comes into this stream from now on wait until {@code event} has happened ({@code Stream.wait_event}). */
    public void waitEvent(CudaEvent event) {
        runtime.check(runtime.cudart.cudaStreamWaitEvent(address, event.address(), 0), "cudaStreamWaitEvent");
    }

    /**
     * Lets what comes into this stream from now on wait until all that is in {@code other} now is done
     * ({@code Stream.wait_stream}). The host does not wait.
     */
    public void waitStream(CudaStream other) {
        try (CudaEvent event = runtime.newEvent(other.device)) {
            event.record(other);
            waitEvent(event);
        }
    }

    /** Whether all that was put into it is done ({@code Stream.query}). */
    public boolean query() {
        int status = runtime.cudart.cudaStreamQuery(address);
        if (status == CudartRaw.cudaErrorNotReady) {
            return false;
        }
        runtime.check(status, "cudaStreamQuery");
        return true;
    }

    /**
     * Waits until all that was put into it is done ({@code Stream.synchronize}).
     *
     * @throws CudaException if it failed
     */
    public void synchronize() {
        SynchronizationCount.note();
        runtime.check(runtime.cudart.cudaStreamSynchronize(address), "cudaStreamSynchronize");
    }

    /** Whether its work is being captured into a graph ({@code torch.cuda.is_current_stream_capturing}). */
    public boolean isCapturing() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
            runtime.check(runtime.cudart.cudaStreamIsCapturing(address, status.address()), "cudaStreamIsCapturing");
            return status.get(ValueLayout.JAVA_INT, 0) != CudartRaw.cudaStreamCaptureStatusNone;
        }
    }

    /**
     * Notes that this stream works with {@code tensors} ({@code Tensor.record_stream}): when one is freed, its memory waits
     * for what is in this stream by then. Not needed for the stream in which a tensor was made. Tensors on the CPU are left
     * out: libtorch itself keeps pinned memory that an asynchronous copy uses.
     */
    public void use(Tensor... tensors) {
        for (Tensor tensor : tensors) {
            use(tensor.nativeHandle());
        }
    }

    void use(long handle) {
        try (ShimCall call = new ShimCall(handle, device, address)) {
            call.check(CoreRaw.record_stream(call.address()), "CudaStream.use");
        }
    }
}

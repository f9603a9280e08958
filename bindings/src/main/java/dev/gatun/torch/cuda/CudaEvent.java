package dev.gatun.torch.cuda;

import dev.gatun.ffm.CudartRaw;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A mark in a stream, which happens when the work before it is done ({@code torch.cuda.Event}). May be recorded again and again;
 * to be closed when no stream needs to wait for it any more.
 *
 * {@snippet class="dev.gatun.torch.snippets.CudaSnippetsTest" region="events"}
 */
public final class CudaEvent implements AutoCloseable {
    private final CudaRuntime runtime;
    private long address;

    CudaEvent(CudaRuntime runtime, long address) {
        this.runtime = runtime;
        this.address = address;
    }

    /** Puts the mark behind what is in the stream now, which must be of this event's device ({@code Event.record}). */
    public void record(CudaStream stream) {
        runtime.check(runtime.cudart.cudaEventRecord(address(), stream.address()), "cudaEventRecord");
    }

    /**
     * Whether it has happened ({@code Event.query}); true also when it was never recorded.
     *
     * @throws CudaException if what came before it failed
     */
    public boolean query() {
        int status = runtime.cudart.cudaEventQuery(address());
        if (status == CudartRaw.cudaErrorNotReady) {
            return false;
        }
        runtime.check(status, "cudaEventQuery");
        return true;
    }

    /**
     * Waits until it has happened ({@code Event.synchronize}).
     *
     * @throws CudaException if what came before it failed
     */
    public void synchronize() {
        SynchronizationCount.note();
        runtime.check(runtime.cudart.cudaEventSynchronize(address()), "cudaEventSynchronize");
    }

    /**
     * Milliseconds from this event to {@code end}, by the GPU's clock ({@code Event.elapsed_time}).
     *
     * @throws CudaException if either has not happened, was never recorded, or takes no times
     */
    public double elapsedTime(CudaEvent end) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment milliseconds = arena.allocate(ValueLayout.JAVA_FLOAT);
            runtime.check(
                    runtime.cudart.cudaEventElapsedTime(milliseconds.address(), address(), end.address()),
                    "cudaEventElapsedTime");
            return milliseconds.get(ValueLayout.JAVA_FLOAT, 0);
        }
    }

    long address() {
        if (address == 0) {
            throw new IllegalStateException("this CUDA event is closed");
        }
        return address;
    }

    /** Frees it. May be called twice. */
    @Override
    public void close() {
        if (address != 0) {
            long closing = address;
            address = 0;
            runtime.check(runtime.cudart.cudaEventDestroy(closing), "cudaEventDestroy");
        }
    }
}

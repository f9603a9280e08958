package dev.gatun.torch.cuda;

import dev.gatun.ffm.CudartRaw;

/**
 * A mark in a stream, which happens when the work before it is done ({@code torch.cuda.Event}). May be recorded again and again;
 * to be closed when no stream needs to wait for it any more.
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

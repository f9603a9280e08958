package dev.gatun.nn;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.CudaEvent;
import dev.gatun.torch.cuda.CudaRuntime;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;

/**
 * A few numbers on their way from the device to the host. Whoever sends them goes on at once; whoever takes them waits for what
 * was queued before they were sent, and for nothing after it. For one thread at a time.
 */
public final class LateNumbers implements AutoCloseable {
    private static final long POLL_NANOS = 20_000;

    private final Device device;
    private final Arena arena = Arena.ofShared();
    private final Tensor host;
    private final MemorySegment memory;
    private final CudaEvent arrived;

    /** Room for {@code count} numbers from {@code device}, the CPU or a GPU by its number. */
    public LateNumbers(int count, Device device) {
        this.device = device;
        boolean onGpu = device.type() == Device.Type.CUDA;
        try (Scope _ = Scope.open()) {
            Tensor plain = Torch.zeros(new long[] {count}, TensorOptions.of(DType.FLOAT64, Device.CPU));
            host = (onGpu ? plain.pin_memory() : plain).unscoped();
        }
        memory = host.segment(arena);
        arrived = onGpu ? CudaRuntime.load().newEvent(device.index()) : null;
    }

    /** Sends {@code numbers}, float64 and as many as there is room for, over those sent before. */
    public void send(Tensor numbers) {
        host.copy_(numbers, true);
        if (arrived != null) {
            arrived.record(CudaRuntime.load().currentStream(device.index()));
        }
    }

    /** What was sent last. */
    public double[] take() {
        while (arrived != null && !arrived.query()) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        return memory.toArray(ValueLayout.JAVA_DOUBLE);
    }

    @Override
    public void close() {
        if (arrived != null) {
            take(); // the memory must not go while something is on its way there
            arrived.close();
        }
        host.close();
        arena.close();
    }
}

package dev.gatun.torch.cuda;

import dev.gatun.ffm.CoreRaw;
import dev.gatun.ffm.CudartRaw;
import java.util.function.Supplier;

/**
 * Work of a GPU that is captured once and then put there again and again by one call ({@code torch.cuda.CUDAGraph}): what each
 * op costs the host falls away.
 *
 * {@snippet class="dev.gatun.torch.snippets.CudaSnippetsTest" region="graph"}
 *
 * <p>A replay reads and writes the memory that the capture did: inputs are tensors made before, to be filled with
 * {@code copy_}, and results are the tensors that the capture made, which each replay writes anew. Keep both open as long as
 * the graph is replayed. Tensors that live only in the capture come from memory of the graph's own. Random numbers of the
 * default generator are new ones in each replay.
 *
 * <p>While captured, nothing is done: no op may wait for the GPU ({@code item()}, a copy into memory that is not pinned), and
 * shapes and branches stay what they were. Run the work once or twice before, as libraries set themselves up when first used.
 * Autocast is opened within the work, or around it without keeping casts ({@code cacheEnabled} false): a replay would read a
 * cast that autocast keeps from before, and frees when it ends.
 *
 * <p>One thread uses a graph at a time; a capture is of the thread that makes it, and other threads may go on with work of
 * their own meanwhile.
 */
public final class CudaGraph implements AutoCloseable {
    private final CudaRuntime runtime;
    private final int device;
    private final CudaGraph shared;
    private long address;
    private boolean captured;

    /** An empty graph for the GPU {@code device}. */
    public CudaGraph(int device) {
        this(Cuda.ready(device), device, null);
    }

    /**
     * An empty graph that takes its memory from the pool of {@code shared}, which has been captured. The two must always be
     * replayed in the order of their captures, and results of the one read before the other is replayed.
     */
    public CudaGraph(CudaGraph shared) {
        this(shared.runtime, shared.device, shared);
    }

    CudaGraph(CudaRuntime runtime, int device, CudaGraph shared) {
        this.runtime = runtime;
        this.device = device;
        this.shared = shared;
        try (ShimCall call = new ShimCall()) {
            address = call.check(CoreRaw.cuda_graph_new(call.address()), "CudaGraph")
                    .get(0);
        }
    }

    /**
     * Captures what {@code work} puts on the GPU, on a stream of its own ({@code with torch.cuda.graph(graph):}), and returns
     * what {@code work} returns. It takes the place of what was captured before. If {@code work} throws, the graph is empty and
     * the exception goes on.
     *
     * @throws IllegalStateException on a virtual thread
     * @throws CudaException if the capture fails: most often because an op waited for the GPU
     */
    public <T> T capture(Supplier<T> work) {
        reset();
        long[] pool = shared == null ? new long[2] : shared.pool();
        // What runs already must not come into it, and memory that is only cached would be missing to the graph's pool.
        runtime.synchronize(device);
        Cuda.emptyCache();
        try (StreamScope _ = new StreamScope(runtime.streamFromPool(device, false), false)) {
            try (ShimCall call =
                    new ShimCall(address(), pool[0], pool[1], CudartRaw.cudaStreamCaptureModeThreadLocal)) {
                call.check(CoreRaw.cuda_graph_begin(call.address()), "CudaGraph.capture");
            }
            boolean done = false;
            try {
                T result = work.get();
                done = true;
                end();
                captured = true;
                return result;
            } catch (Throwable t) {
                if (!done) {
                    suppress(t, this::end);
                }
                suppress(t, this::reset);
                throw t;
            }
        }
    }

    private void end() {
        try (ShimCall call = new ShimCall(address())) {
            call.check(CoreRaw.cuda_graph_end(call.address()), "CudaGraph.capture");
        }
    }

    /** Cleans up after {@code cause}, which is what the caller must hear of. */
    private static void suppress(Throwable cause, Runnable cleaning) {
        try {
            cleaning.run();
        } catch (CudaException e) {
            cause.addSuppressed(e);
        }
    }

    /** {@link #capture(Supplier)} without a result. */
    public void capture(Runnable work) {
        capture(() -> {
            work.run();
            return null;
        });
    }

    /**
     * Puts all that was captured into this thread's current stream ({@code CUDAGraph.replay}). Does not wait.
     *
     * @throws IllegalStateException if nothing was captured
     */
    public void replay() {
        requireCaptured();
        try (ShimCall call = new ShimCall(address())) {
            call.check(CoreRaw.cuda_graph_replay(call.address()), "CudaGraph.replay");
        }
    }

    /** Whether there is something to replay. */
    public boolean isCaptured() {
        return captured;
    }

    /** Forgets what was captured and gives its memory back ({@code CUDAGraph.reset}); results of it must not be used after. */
    public void reset() {
        captured = false;
        try (ShimCall call = new ShimCall(address())) {
            call.check(CoreRaw.cuda_graph_reset(call.address()), "CudaGraph.reset");
        }
    }

    private long[] pool() {
        requireCaptured();
        try (ShimCall call = new ShimCall(address())) {
            call.check(CoreRaw.cuda_graph_pool(call.address()), "CudaGraph");
            return new long[] {call.get(0), call.get(1)};
        }
    }

    private void requireCaptured() {
        address();
        if (!captured) {
            throw new IllegalStateException("this CUDA graph is empty: capture() comes first");
        }
    }

    private long address() {
        if (address == 0) {
            throw new IllegalStateException("this CUDA graph is closed");
        }
        return address;
    }

    /** Frees it and its memory. May be called twice. */
    @Override
    public void close() {
        if (address != 0) {
            long closing = address;
            address = 0;
            captured = false;
            try (ShimCall call = new ShimCall(closing)) {
                call.check(CoreRaw.cuda_graph_free(call.address()), "CudaGraph.close");
            }
        }
    }
}

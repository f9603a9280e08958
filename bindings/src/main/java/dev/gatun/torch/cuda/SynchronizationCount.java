package dev.gatun.torch.cuda;

import dev.gatun.ffm.CoreRaw;

/**
 * Counts how often this thread waited for a GPU: a step without one keeps the GPU busy. Counted are the ops of libtorch that
 * wait ({@code item}, {@code nonzero}, copies into host memory that is not pinned, what
 * {@code torch.cuda.set_sync_debug_mode("warn")} warns of), those of a backward pass included, and waiting for a stream, an
 * event or a device. Other threads' waits are not counted, and libtorch warns of them meanwhile. Counts nest; the first to be
 * opened is the last to be closed.
 *
 * {@snippet class="dev.gatun.torch.snippets.CudaSnippetsTest" region="synchronizations"}
 */
public final class SynchronizationCount implements AutoCloseable {
    private static final int WARN = 1;
    private static final ThreadLocal<long[]> WAITS = ThreadLocal.withInitial(() -> new long[1]);

    private final Thread thread = Thread.currentThread();
    private final long before = WAITS.get()[0];
    private final long modeBefore;
    private long counter;
    private long counted;

    SynchronizationCount() {
        modeBefore = mode(WARN);
        try (ShimCall call = new ShimCall()) {
            counter = call.check(CoreRaw.sync_counter(call.address()), "Cuda.countSynchronizations")
                    .get(0);
        }
    }

    /** Notes that the calling thread waits. */
    static void note() {
        WAITS.get()[0]++;
    }

    /** Sets what happens when an op waits, unless negative; returns what it was. */
    static long mode(long mode) {
        try (ShimCall call = new ShimCall(mode)) {
            return call.check(CoreRaw.cuda_sync_debug_mode(call.address()), "Cuda.setSyncDebugMode")
                    .get(0);
        }
    }

    /** How often this thread has waited so far, or had when this was closed. */
    public long count() {
        requireThread();
        if (counter == 0) {
            return counted;
        }
        try (ShimCall call = new ShimCall(counter)) {
            CoreRaw.sync_count(call.address());
            return call.get(0) + WAITS.get()[0] - before;
        }
    }

    private void requireThread() {
        if (Thread.currentThread() != thread) {
            throw new WrongThreadException(
                    "the count is of the thread " + thread.getName() + ", which alone may ask for it");
        }
    }

    /** Ends counting. Closing twice does nothing. */
    @Override
    public void close() {
        counted = count();
        if (counter != 0) {
            try (ShimCall call = new ShimCall(counter)) {
                CoreRaw.sync_counter_free(call.address());
            }
            counter = 0;
            mode(modeBefore);
        }
    }
}

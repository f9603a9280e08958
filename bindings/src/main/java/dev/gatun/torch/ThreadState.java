package dev.gatun.torch;

import java.util.concurrent.Callable;

/**
 * Carries the modes of one thread to another: grad mode, inference mode, autocast on CPU and CUDA, flushing of
 * denormals. What belongs to the process (default dtype, number of threads, determinism) needs no carrying.
 *
 * {@snippet class="dev.gatun.torch.snippets.ModeSnippetsTest" region="threadState"}
 */
public final class ThreadState {
    private static final int CPU = 0;
    private static final int CUDA = 1;

    private final boolean grad = Torch.isGradEnabled();
    private final boolean inference = Torch.isInferenceModeEnabled();
    private final Autocast.State cpu = Autocast.State.of(CPU);
    private final Autocast.State cuda = Autocast.State.of(CUDA);
    private final boolean flushDenormal = Torch.getFlushDenormal();

    private ThreadState() {}

    /** The modes of the calling thread as they are now. */
    public static ThreadState capture() {
        return new ThreadState();
    }

    /** Runs {@code action} on the calling thread in these modes, then puts back what was there. */
    public void run(Runnable action) {
        boolean flushed = Torch.getFlushDenormal();
        if (flushed != flushDenormal) {
            Torch.setFlushDenormal(flushDenormal);
        }
        // Inference mode first: entering or leaving it sets grad mode too.
        try (InferenceMode _ = Torch.inferenceMode(inference);
                GradMode _ = grad ? Torch.enableGrad() : Torch.noGrad();
                Autocast _ = Autocast.open(cpu);
                Autocast _ = Autocast.open(cuda)) {
            action.run();
        } finally {
            if (flushed != flushDenormal) {
                Torch.setFlushDenormal(flushed);
            }
        }
    }

    /** {@link #run(Runnable)} with a result; what {@code action} throws, checked or not, comes out as it is. */
    public <T> T call(Callable<T> action) throws Exception {
        Object[] result = new Object[1];
        run(() -> {
            try {
                result[0] = action.call();
            } catch (Exception e) {
                throw Upcalls.rethrow(e);
            }
        });
        @SuppressWarnings("unchecked") // put there above
        T value = (T) result[0];
        return value;
    }

    /** {@code action} in these modes, for any thread to run. */
    public Runnable wrap(Runnable action) {
        return () -> run(action);
    }

    /** The same for an action with a result. */
    public <T> Callable<T> wrap(Callable<T> action) {
        return () -> call(action);
    }
}

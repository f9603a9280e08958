package dev.gatun.torch.internal;

import java.util.function.LongConsumer;

/**
 * Hears of the tensors that ops are called with on a thread while a stream of CUDA beside the usual one is the current one
 * there: their memory must not go to others before that stream is done with it.
 */
public final class StreamUses {
    private static final ThreadLocal<StreamUses> CURRENT = new ThreadLocal<>();
    /** How many there are in the process: where there are none, an op costs one look at this. */
    private static volatile int open;

    private final StreamUses outer;
    private final LongConsumer noted;

    private StreamUses(StreamUses outer, LongConsumer noted) {
        this.outer = outer;
        this.noted = noted;
    }

    /** Lets {@code noted} hear of the handles from now on, each tensor once; null is for a stream that need not hear of any. */
    public static StreamUses open(LongConsumer noted) {
        StreamUses uses = new StreamUses(CURRENT.get(), noted);
        CURRENT.set(uses);
        count(1);
        return uses;
    }

    /** Puts back what was before {@link #open}, on the same thread. */
    public void close() {
        CURRENT.set(outer);
        count(-1);
    }

    private static synchronized void count(int change) {
        open += change;
    }

    /** This thread's, or null if it need not hear of tensors. */
    public static StreamUses current() {
        if (open == 0) {
            return null;
        }
        StreamUses uses = CURRENT.get();
        return uses == null || uses.noted == null ? null : uses;
    }

    /** Tells of the tensor with that handle. */
    public void note(long handle) {
        noted.accept(handle);
    }
}

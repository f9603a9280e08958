package dev.gatun.torch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A thread's share of the count of live tensors. Threads that make tensors side by side would wait for each other at one
 * counter, so each has its own and adds to the total only now and then. What it reads of other threads may be a moment old.
 */
final class LiveCount {
    /** Changes of a thread beyond which the total hears of them. */
    private static final long LARGEST = 64;

    private static final VarHandle CHANGE;
    private static final Set<LiveCount> SHARES = ConcurrentHashMap.newKeySet();
    private static long total;
    private static long peak;
    /** Tensors that the collector has taken back; they leave the total in the same moment. */
    private static long reclaimed;

    /** What the total does not have yet; written by its thread alone. */
    private long change;
    /** The largest change since the total heard of one. */
    private long most;

    static {
        try {
            CHANGE = MethodHandles.lookup().findVarHandle(LiveCount.class, "change", long.class);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("the field is in this class", e);
        }
    }

    private LiveCount() {}

    /** The share of a thread, which ends with {@code frame}, the thread's own. */
    static LiveCount of(Frame frame) {
        LiveCount share = new LiveCount();
        SHARES.add(share);
        Tensor.CLEANER.register(frame, share::leave);
        return share;
    }

    void born() {
        long now = change + 1;
        CHANGE.setOpaque(this, now);
        if (now > most) {
            most = now;
            if (now >= LARGEST) {
                tell();
            }
        }
    }

    void died(long tensors) {
        long now = change - tensors;
        CHANGE.setOpaque(this, now);
        if (now <= -LARGEST) {
            tell();
        }
    }

    private void tell() {
        synchronized (LiveCount.class) {
            peak = peak();
            total += change;
            CHANGE.setOpaque(this, 0);
            most = 0;
        }
    }

    private void leave() {
        tell();
        SHARES.remove(this);
    }

    private long changed() {
        return (long) CHANGE.getOpaque(this);
    }

    /** One that was lost has been freed. */
    static synchronized void reclaimed() {
        total--;
        reclaimed++;
    }

    /** Tensors lost and taken back in the whole process. */
    static synchronized long lost() {
        return reclaimed;
    }

    /** {@link #live()} and {@link #lost()} of one moment. */
    static synchronized long unclosed() {
        return live() + reclaimed;
    }

    /** Tensors alive in the whole process. */
    static synchronized long live() {
        return total + SHARES.stream().mapToLong(LiveCount::changed).sum();
    }

    /**
     * The most there were at once since the start or {@link #resetPeak}: exact where one thread makes tensors, and
     * otherwise off by {@link #LARGEST} for each further one at most.
     */
    static synchronized long peak() {
        long live = live();
        long above = SHARES.stream()
                .mapToLong(share -> share.most - share.changed())
                .max()
                .orElse(0);
        return Math.max(peak, live + Math.max(0, above));
    }

    static synchronized void resetPeak() {
        SHARES.forEach(share -> share.most = share.changed());
        peak = live();
    }
}

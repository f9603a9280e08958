package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory of Java's that libtorch works on without a copy, kept exactly as long as libtorch's storage over it lives. The
 * last reference to a storage may go on any thread, at the end of the process too, so libtorch's side only notes that it
 * has gone, and a daemon thread here waits for such notes.
 */
final class LentMemory {
    private static final Map<Long, Loan> LOANS = new ConcurrentHashMap<>();
    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final AtomicLong BYTES = new AtomicLong();

    static {
        Thread.ofPlatform().daemon().name("gatun-lent-memory").start(LentMemory::returnAll);
    }

    private LentMemory() {}

    /** What was lent, and what to do when it is back. */
    private record Loan(MemorySegment memory, Runnable whenFreed) {}

    /** Notes a loan and returns its number, which libtorch's storage carries. */
    static long lend(MemorySegment memory, Runnable whenFreed) {
        long number = NUMBERS.incrementAndGet();
        LOANS.put(number, new Loan(memory, whenFreed));
        BYTES.addAndGet(memory.byteSize());
        return number;
    }

    /** Forgets a loan that did not come about. */
    static Runnable back(long number) {
        Loan loan = LOANS.remove(number);
        BYTES.addAndGet(-loan.memory().byteSize());
        return loan.whenFreed();
    }

    /** Bytes lent now. */
    static long bytes() {
        return BYTES.get();
    }

    private static void returnAll() {
        MemorySegment slots = Arena.global().allocate(ValueLayout.JAVA_LONG, 8);
        while (CoreRaw.await_freed(slots.address()) == 0) {
            Runnable whenFreed = back(slots.get(ValueLayout.JAVA_LONG, 0));
            try {
                whenFreed.run();
            } catch (RuntimeException | Error e) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        }
    }
}

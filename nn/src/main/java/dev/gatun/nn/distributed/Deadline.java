package dev.gatun.nn.distributed;

import java.time.Duration;

/** A moment until which something may take, by the clock that nobody sets. */
record Deadline(long nanos) {
    static Deadline in(Duration timeout) {
        return new Deadline(System.nanoTime() + timeout.toNanos());
    }

    Deadline plus(Duration more) {
        return new Deadline(nanos + more.toNanos());
    }

    boolean passed() {
        return nanos - System.nanoTime() <= 0;
    }

    /** What is left, at least a millisecond: 0 would mean for ever to those who are told. */
    long millis() {
        return Math.max(1, (nanos - System.nanoTime() + 999_999) / 1_000_000);
    }
}

package dev.gatun.torch;

import java.util.function.BooleanSupplier;

/** Waits for the garbage collector and the cleaner. */
final class LostTensors {
    private static final long DEADLINE_NANOS = 20_000_000_000L;

    private LostTensors() {}

    static void awaitLive(long expected) throws InterruptedException {
        await(() -> Scope.liveTensors() == expected);
    }

    /** Collects until {@code condition} holds, or some seconds have gone: the caller then asserts it. */
    static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            System.gc();
            Thread.sleep(20);
        }
    }
}

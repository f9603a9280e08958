package dev.gatun.apps.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Closes a stream on which nothing came for a while: who waits for it then hears that it ended. */
final class StallGuard implements AutoCloseable {
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("stall guard").factory());
    private volatile long last = System.nanoTime();
    private volatile boolean stalled;

    StallGuard(InputStream stream, Duration patience) {
        long period = Math.max(1, patience.toMillis() / 4);
        clock.scheduleAtFixedRate(
                () -> {
                    if (System.nanoTime() - last > patience.toNanos()) {
                        stalled = true;
                        close(stream);
                    }
                },
                period,
                period,
                TimeUnit.MILLISECONDS);
    }

    private static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // Its reader is told in any case.
        }
    }

    /** Something came. */
    void alive() {
        last = System.nanoTime();
    }

    /** Whether the stream was closed: what was read of it is not all. */
    boolean stalled() {
        return stalled;
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}

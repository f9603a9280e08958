package dev.gatun.apps;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and SIGTERM into a wish that long work can ask about: the JVM then waits, for a while, until the work has
 * saved what it has.
 */
public final class Interrupts implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;

    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean requested;
    private final Thread hook = new Thread(this::waitForWork, "gatun-interrupt");

    /** Listens from now on. */
    public Interrupts() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void waitForWork() {
        if (finished.getCount() == 0) {
            return;
        }
        requested = true;
        System.err.println("\ngatun: stopping after this step, to save a checkpoint...");
        try {
            if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("gatun: the step did not end in " + PATIENCE_SECONDS
                        + " s; going on later starts at the checkpoint before");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** True once the user asked to stop. */
    public boolean requested() {
        return requested;
    }

    @Override
    public void close() {
        finished.countDown();
        if (!requested) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}

package dev.gatun.apps;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Turns Ctrl-C and SIGTERM into a wish that long work can ask about: the JVM then waits, for a while, until the work has
 * saved what it has and the program has told its exit code.
 */
public final class Interrupts implements AutoCloseable {
    /**
     * The exit code of a program that was asked to stop and lost nothing: the same command may be started again, which is what
     * schedulers do for this code (EX_TEMPFAIL).
     */
    public static final int STOPPED = 75;

    private static final long PATIENCE_SECONDS = 120;

    /** Told by {@link #exit}. */
    private static final CompletableFuture<Integer> EXIT_CODE = new CompletableFuture<>();

    private volatile boolean requested;
    private volatile boolean atOnce;
    private final Thread hook = new Thread(this::onSignal, "gatun-interrupt");

    /** Listens from now on. */
    public Interrupts() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Ends the JVM with {@code code}, also where a signal is ending it already with one of its own. */
    static void exit(int code) {
        EXIT_CODE.complete(code);
        System.exit(code); // after a signal this waits for ever, while the hook ends the JVM
    }

    private void onSignal() {
        requested = true;
        if (atOnce) {
            System.err.println("\ngatun: stopping now; nothing is lost");
            Runtime.getRuntime().halt(STOPPED);
        }
        System.err.println("\ngatun: stopping after this step, to save a checkpoint...");
        try {
            // Otherwise the JVM would end with 128 and the signal's number.
            Runtime.getRuntime().halt(EXIT_CODE.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            System.err.println("gatun: the step did not end in " + PATIENCE_SECONDS
                    + " s; going on later starts at the checkpoint before");
        } catch (ExecutionException e) {
            throw new IllegalStateException("an exit code is never an exception", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Says whether, from now on, a signal ends the program at once, because nothing would be lost. At first it does not: the
     * work is waited for.
     */
    void mayStopAtOnce(boolean may) {
        atOnce = may;
    }

    /** True once the user asked to stop. */
    public boolean requested() {
        return requested;
    }

    @Override
    public void close() {
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The signal came this moment: its exit code is the one that the command gives.
            }
        }
    }
}

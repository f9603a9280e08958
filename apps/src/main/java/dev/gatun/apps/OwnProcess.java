package dev.gatun.apps;

import java.io.IOException;

/** A process that ends with this one, also where a signal ends this one, whatever it is about to do. */
public final class OwnProcess implements AutoCloseable {
    private final Thread hook = new Thread(this::end, "gatun-own-process");
    private Process process;
    private volatile boolean ending;

    private OwnProcess() {}

    /** Starts it; throws IllegalStateException where this process is ending already. */
    public static OwnProcess start(ProcessBuilder builder) throws IOException {
        OwnProcess own = new OwnProcess();
        // First: a process that is there before the hook could be left by a signal between the two.
        Runtime.getRuntime().addShutdownHook(own.hook);
        try {
            own.begin(builder);
            return own;
        } catch (IOException | RuntimeException e) {
            own.removeHook();
            throw e;
        }
    }

    private synchronized void begin(ProcessBuilder builder) throws IOException {
        if (ending) {
            throw new IllegalStateException("stopped by a signal");
        }
        process = builder.start();
    }

    private synchronized void end() {
        ending = true;
        if (process != null) {
            process.destroyForcibly();
        }
    }

    /** The process. */
    public Process process() {
        return process;
    }

    /** Whether it is, or was, ended because this process ends. */
    public boolean isEnding() {
        return ending;
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It runs, or has run.
        }
    }

    /** Ends it, and waits until it has. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        removeHook();
    }
}

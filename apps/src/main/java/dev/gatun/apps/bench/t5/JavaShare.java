package dev.gatun.apps.bench.t5;

/**
 * Looks every few milliseconds where a thread is: inside a call of libtorch, whose innermost Java frame is one of the
 * generated methods that make the calls, or in Java.
 */
final class JavaShare implements AutoCloseable {
    private static final long EVERY_MILLIS = 3;
    private static final String CALLS = "dev.gatun.ffm.";
    private static final String LOOPS = "dev.gatun.apps.bench.NativeLoops";

    private final Thread watched;
    private final Thread watcher;
    private long samples;
    private long inJava;

    JavaShare(Thread watched) {
        this.watched = watched;
        watcher = Thread.ofPlatform().daemon().name("java-share").start(this::watch);
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(EVERY_MILLIS);
                StackTraceElement[] frames = watched.getStackTrace();
                if (frames.length > 0) {
                    String innermost = frames[0].getClassName();
                    samples++;
                    inJava += innermost.startsWith(CALLS) || innermost.equals(LOOPS) ? 0 : 1;
                }
            }
        } catch (InterruptedException e) {
            // close() ends it so.
        }
    }

    /** How often it looked; after {@link #close}. */
    long samples() {
        return samples;
    }

    /** How often the thread was in Java; after {@link #close}. */
    long inJava() {
        return inJava;
    }

    /** Stops looking. May be called twice. */
    @Override
    public void close() {
        watcher.interrupt();
        try {
            watcher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.gatun.apps.launch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Copies what ranks write to their log files to the launcher's own streams, from a thread of its own. */
final class Console implements AutoCloseable {
    private static final long EVERY_MILLIS = 50;

    private final List<Tail> tails = new ArrayList<>();
    private final Thread thread = Thread.ofPlatform().daemon().name("gatun-tee").unstarted(this::copy);
    private volatile boolean closed;

    void add(Tail tail) {
        tails.add(tail);
    }

    void start() {
        thread.start();
    }

    private void copy() {
        try {
            while (!closed) {
                for (Tail tail : tails) {
                    tail.show();
                }
                Thread.sleep(EVERY_MILLIS);
            }
        } catch (IOException e) {
            System.err.println("gatun launch: the logs cannot be shown any more: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Shows what is left; call it when the ranks have ended. */
    @Override
    public void close() throws IOException {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Tail tail : tails) {
            tail.close();
        }
    }
}

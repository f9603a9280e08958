package dev.gatun.hart.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes checkpoints on a thread of its own, one at a time: training waits for a copy in memory, and for the disk only when
 * the checkpoint before is still being written. A failure reaches the training thread at its next call.
 */
final class CheckpointWriter implements AutoCloseable {
    private static final long POLL_NANOS = 5_000_000;

    private final Checkpoints checkpoints;
    private final int keep;
    private final Duration patience;
    private final Runnable afterwards;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("gatun-checkpoint").factory());
    private Future<?> writing;
    private volatile boolean abandoned;

    /**
     * @param keep how many of the newest stay
     * @param patience how long the other ranks may take for their files
     * @param afterwards runs on the writing thread after each checkpoint
     */
    CheckpointWriter(Checkpoints checkpoints, int keep, Duration patience, Runnable afterwards) {
        this.checkpoints = checkpoints;
        this.keep = keep;
        this.patience = patience;
        this.afterwards = afterwards;
    }

    /** Begins to write {@code snapshot}, which it closes; fails as {@link #await} does. */
    void save(Snapshot snapshot) {
        try {
            await();
        } catch (RuntimeException | Error e) {
            snapshot.close();
            throw e;
        }
        writing = thread.submit(() -> write(snapshot));
    }

    private void write(Snapshot snapshot) {
        Path target =
                checkpoints.path(snapshot.state().stage(), snapshot.state().step());
        Path partial = checkpoints.partial(target);
        try (snapshot) {
            Files.createDirectories(partial);
            snapshot.write(partial);
            if (!snapshot.isFirst()) {
                return;
            }
            awaitFiles(partial, snapshot.others());
            checkpoints.publish(partial, target, keep);
        } catch (IOException e) {
            Checkpoints.deleteQuietly(partial);
            throw new RunException(
                    "the checkpoint " + target + " could not be written ("
                            + e.getClass().getSimpleName() + ": "
                            + e.getMessage() + "): check that its folder may be written to and has space, then resume;"
                            + " nothing saved before was changed",
                    e);
        } catch (RuntimeException | Error e) {
            Checkpoints.deleteQuietly(partial);
            throw e;
        }
        afterwards.run();
    }

    /** Files appear under their names when they are whole. */
    private void awaitFiles(Path folder, List<String> names) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (String name : names) {
            while (!Files.exists(folder.resolve(name))) {
                if (System.nanoTime() > deadline || abandoned) {
                    throw new IOException("rank " + name.replaceAll("\\D+(\\d+).*", "$1") + " did not write " + name
                            + " into the same folder in time");
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }

    /** Throws what went wrong with a checkpoint that was written meanwhile. */
    void check() {
        if (writing != null && writing.isDone()) {
            await();
        }
    }

    /** Waits until the last checkpoint is on the disk; throws {@link RunException} if that failed. */
    void await() {
        Future<?> last = writing;
        writing = null;
        try {
            if (last != null) {
                last.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause(); // what runs there declares no checked exception
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunException("interrupted while a checkpoint was written", e);
        }
    }

    /** Waits for the last checkpoint, but not for other ranks' files, and fails as {@link #await} does. */
    @Override
    public void close() {
        abandoned = true;
        thread.shutdown();
        try {
            await();
        } finally {
            awaitEnd();
        }
    }

    private void awaitEnd() {
        try {
            thread.awaitTermination(1, TimeUnit.DAYS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

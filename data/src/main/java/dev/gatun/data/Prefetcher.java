package dev.gatun.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;

/**
 * Makes the elements of consecutive steps ahead of time on background threads and hands them out in order.
 *
 * <p>What is made depends on the steps' numbers alone, so neither looking ahead nor the number of workers changes anything: to
 * resume, start another prefetcher at the step to go on with. To be used by one thread; {@link #close} may come from another.
 *
 * {@snippet :
 * SlotRange mine = SlotRange.of(rank, ranks, 256);
 * try (var ahead = new Prefetcher<>(step -> source.batch(step, mine.first(), mine.rows()), 0, 10_000, 8, 2)) {
 *     ahead.forEachRemaining(batch -> train(batch));
 *     System.out.println("waited for data: " + ahead.waitShare());
 * }
 * }
 *
 * @param <T> what a step needs, usually a {@link Batch}
 */
public final class Prefetcher<T> implements Iterator<T>, AutoCloseable {
    private final LongFunction<T> source;
    private final ExecutorService workers;
    private final Deque<Future<T>> ahead = new ArrayDeque<>();
    private final long end;
    private final long started = System.nanoTime();
    private long next;
    private long submitted;
    private volatile long waited;
    private volatile boolean closed;

    /**
     * Starts making elements on one background thread.
     *
     * @param source makes the element of a step; called by the background thread only
     * @param firstStep the first step
     * @param endStep the step after the last
     * @param capacity how many elements may wait, at least 1
     */
    public Prefetcher(LongFunction<T> source, long firstStep, long endStep, int capacity) {
        this(source, firstStep, endStep, capacity, 1);
    }

    /**
     * Starts making elements.
     *
     * @param source makes the element of a step; called by several background threads at once
     * @param firstStep the first step
     * @param endStep the step after the last
     * @param capacity how many elements may be made or wait, at least 1; more than that many workers are of no use
     * @param workers the number of background threads, at least 1
     */
    public Prefetcher(LongFunction<T> source, long firstStep, long endStep, int capacity, int workers) {
        if (capacity < 1 || workers < 1) {
            throw new IllegalArgumentException("a prefetcher needs a capacity and workers of at least 1, got capacity "
                    + capacity + ", workers " + workers);
        }
        this.source = source;
        this.next = firstStep;
        this.submitted = firstStep;
        this.end = endStep;
        this.workers = Executors.newFixedThreadPool(
                workers, Thread.ofPlatform().daemon().name("gatun-prefetch-", 0).factory());
        for (int i = 0; i < capacity; i++) {
            submit();
        }
    }

    @Override
    public boolean hasNext() {
        return next < end;
    }

    /**
     * Waits for the next step's element.
     *
     * @return the element of the step after the last one returned
     * @throws NoSuchElementException after the last step
     * @throws IllegalStateException if this prefetcher is closed or the thread is interrupted meanwhile; the interrupt flag
     *     stays set
     * @throws RuntimeException whatever the source threw for this step, itself; the same again if asked again
     */
    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no step left: the last was " + (end - 1));
        }
        long begin = System.nanoTime();
        try {
            T value = take();
            ahead.removeFirst();
            next++;
            submit();
            return value;
        } finally {
            waited += System.nanoTime() - begin;
        }
    }

    /**
     * Tells how much of the time since this prefetcher was made its user spent waiting in {@link #next}. May be called from any
     * thread.
     *
     * @return a share in [0, 1]
     */
    public double waitShare() {
        return Math.min(1, (double) waited / Math.max(1, System.nanoTime() - started));
    }

    /**
     * Tells how long its user has waited in {@link #next} so far, to see it step by step. May be called from any thread.
     *
     * @return seconds, never decreasing
     */
    public double waitedSeconds() {
        return waited / 1e9;
    }

    /** Stops the background threads and waits until they are gone. */
    @Override
    public void close() {
        closed = true;
        workers.shutdownNow().forEach(task -> ((Future<?>) task).cancel(false));
        boolean interrupted = false;
        while (!workers.isTerminated()) {
            try {
                workers.awaitTermination(1, TimeUnit.DAYS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void submit() {
        if (submitted < end) {
            long step = submitted++;
            try {
                ahead.addLast(workers.submit(() -> source.apply(step)));
            } catch (RejectedExecutionException e) {
                // Closed in this moment: whoever asks for the next element is told.
                submitted--;
            }
        }
    }

    private T take() {
        while (true) {
            if (closed || ahead.isEmpty()) {
                throw new IllegalStateException("the prefetcher is closed");
            }
            try {
                return ahead.getFirst().get(100, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // Looks again whether it was closed.
            } catch (CancellationException e) {
                throw new IllegalStateException("the prefetcher is closed", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) e.getCause(); // the source declares no checked exception
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for a batch", e);
            }
        }
    }
}

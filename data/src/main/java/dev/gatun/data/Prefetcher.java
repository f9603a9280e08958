package dev.gatun.data;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Makes the elements of consecutive steps ahead of time on one background thread, in order.
 *
 * <p>What is made depends on the steps' numbers alone, so looking ahead changes nothing: to resume, start another prefetcher
 * at the step to go on with. To be used by one thread; {@link #close} may come from another.
 *
 * @param <T> what a step needs, usually a {@link Batch}
 */
public final class Prefetcher<T> implements Iterator<T>, AutoCloseable {
    private final BlockingQueue<Item<T>> queue;
    private final Thread worker;
    private final long end;
    private long next;
    private Item<T> failure;
    private volatile boolean closed;

    private record Item<T>(T value, Throwable error) {}

    /**
     * Starts making elements.
     *
     * @param source makes the element of a step; called by the background thread only
     * @param firstStep the first step
     * @param endStep the step after the last
     * @param capacity how many elements may wait, at least 1
     */
    public Prefetcher(LongFunction<T> source, long firstStep, long endStep, int capacity) {
        this.queue = new ArrayBlockingQueue<>(capacity);
        this.next = firstStep;
        this.end = endStep;
        this.worker = Thread.ofPlatform().daemon().name("gatun-prefetch").start(() -> work(source, firstStep));
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
     * @throws RuntimeException whatever the source threw for this step, itself
     */
    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no step left: the last was " + (end - 1));
        }
        // After a failure the worker is gone: the same error comes again rather than a wait without end.
        Item<T> item = failure == null ? take() : failure;
        if (item.error() != null) {
            failure = item;
            rethrow(item.error());
        }
        next++;
        return item.value();
    }

    /** Stops the background thread and waits until it is gone. */
    @Override
    public void close() {
        closed = true;
        worker.interrupt();
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rethrow(Throwable error) {
        if (error instanceof Error e) {
            throw e;
        }
        throw (RuntimeException) error; // the source declares no checked exception
    }

    private Item<T> take() {
        try {
            Item<T> item = closed ? null : queue.poll();
            while (item == null) {
                if (closed) {
                    throw new IllegalStateException("the prefetcher is closed");
                }
                item = queue.poll(100, TimeUnit.MILLISECONDS);
            }
            return item;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a batch", e);
        }
    }

    private void work(LongFunction<T> source, long firstStep) {
        try {
            for (long step = firstStep; step < end && !closed; step++) {
                Item<T> item;
                try {
                    item = new Item<>(source.apply(step), null);
                } catch (RuntimeException | Error e) {
                    item = new Item<>(null, e);
                }
                queue.put(item);
                if (item.error() != null) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            // close() asked for it
            Thread.currentThread().interrupt();
        }
    }
}

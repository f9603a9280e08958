package dev.gatun.hart.train;

import dev.gatun.nn.distributed.DistributedException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps ranks in touch while some of them are still at work: every second they tell each other that they live. Closing says
 * that this rank is done, and returns when all are. Meanwhile the group is this object's.
 */
final class Waiting implements AutoCloseable {
    private static final long EVERY_MILLIS = 1000;

    private final World world;
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread thread;
    private RuntimeException failure;

    Waiting(World world) {
        this.world = world;
        thread = Thread.ofPlatform().daemon().name("gatun-waiting").start(this::tell);
    }

    private void tell() {
        try {
            boolean working = true;
            while (working) {
                boolean finished = done.await(EVERY_MILLIS, TimeUnit.MILLISECONDS);
                working = world.sum(finished ? 0L : 1L)[0] > 0;
            }
        } catch (RuntimeException e) {
            failure = e;
        } catch (InterruptedException e) {
            failure = new DistributedException("interrupted while waiting for other ranks", e);
        }
    }

    /** Throws what went wrong between the ranks. */
    @Override
    public void close() {
        done.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DistributedException("interrupted while waiting for other ranks", e);
        }
        if (failure != null) {
            throw failure;
        }
    }
}

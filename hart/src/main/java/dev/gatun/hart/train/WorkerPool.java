package dev.gatun.hart.train;

import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads that run independent pieces of tensor work side by side: small ops do not use several cores well, two pieces of
 * work do. The cores are shared out: each worker's ops use {@code threads / workers} of them.
 */
public final class WorkerPool implements AutoCloseable {
    private final ExecutorService pool;

    /**
     * Starts the pool.
     *
     * @param workers how many pieces of work run at once
     * @param threads how many cores there are to use, for all workers together
     */
    public WorkerPool(int workers, int threads) {
        int opThreads = Math.max(1, threads / workers);
        pool = Executors.newFixedThreadPool(workers, task -> {
            Thread thread = new Thread(
                    () -> {
                        Torch.setNumThreads(opThreads);
                        Torch.setFlushDenormal(true);
                        task.run();
                    },
                    "gatun-worker");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The results of {@code tasks}, in their order. What a task throws reaches the caller unchanged. */
    public <T> List<T> run(List<Callable<T>> tasks) {
        List<Future<T>> futures = tasks.stream().map(pool::submit).toList();
        List<T> results = new ArrayList<>();
        try {
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            futures.forEach(future -> future.cancel(false));
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            futures.forEach(future -> future.cancel(false));
            Thread.currentThread().interrupt();
            throw new RunException("interrupted while tensors were computed", e);
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}

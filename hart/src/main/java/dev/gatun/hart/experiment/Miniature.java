package dev.gatun.hart.experiment;

import dev.gatun.hart.train.WorkerPool;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The paper in miniature (specification 11): tasks on strings of symbols, a small T5 that can do them when told which,
 * frozen, and hypernetworks that tell it. Every finished hypernetwork is a file in the folder; a second run of the same
 * folder computes only what is missing. Each cell computes in one thread; as many run side by side as there are workers,
 * and the results do not depend on how many.
 */
public final class Miniature {
    private final Results results;
    private final Plan plan;

    /**
     * An experiment that keeps its results in {@code folder}.
     *
     * @param grid what arm (iii) varies
     * @param seeds how many, from 1 on
     * @throws IllegalArgumentException if the folder holds results of other sizes
     */
    public Miniature(Path folder, Scale scale, List<Arm> arms, ConsistencyGrid grid, int seeds) {
        this.results = new Results(folder, scale);
        this.plan = Plan.of(scale, arms, grid, seeds);
    }

    private record Job(String name, Callable<Boolean> body) {}

    /**
     * Computes what is missing.
     *
     * @param workers how many cells run side by side
     * @param progress told of each finished cell, by any thread
     * @param stop asked after each step; once true, unfinished cells are given up
     * @return whether all is there
     */
    public boolean run(int workers, Consumer<String> progress, BooleanSupplier stop) {
        Map<Long, CompletableFuture<Boolean>> mains = new HashMap<>();
        List<Job> jobs = new ArrayList<>();
        for (long seed : plan.seeds()) {
            CompletableFuture<Boolean> ready = new CompletableFuture<>();
            mains.put(seed, ready);
            if (MainModel.exists(results.folder(), seed)) {
                ready.complete(true);
            } else {
                jobs.add(new Job("main model, seed " + seed, () -> trainMain(seed, ready, stop)));
            }
        }
        // Workers take jobs in this order, so a cell that waits for its main model waits for one that is being trained.
        plan.work().stream()
                .filter(work -> !results.has(work.cell(), work.seed()))
                .map(work -> new Job(work.name(), () -> mains.get(work.seed()).join() && train(work, stop)))
                .forEach(jobs::add);
        int threads = Torch.getNumThreads();
        try (WorkerPool pool = new WorkerPool(workers, workers)) {
            return run(pool, jobs, progress, stop);
        } finally {
            Torch.setNumThreads(threads);
        }
    }

    private boolean trainMain(long seed, CompletableFuture<Boolean> ready, BooleanSupplier stop) {
        boolean done = false;
        try {
            done = MainModel.train(plan.scale(), results.folder(), seed, stop);
            return done;
        } finally {
            ready.complete(done);
        }
    }

    private boolean train(Plan.Work work, BooleanSupplier stop) {
        CellResult result = new CellTraining(plan.scale(), work.cell(), work.seed()).run(results.folder(), stop);
        if (result != null) {
            results.save(work.cell(), result);
        }
        return result != null;
    }

    private static boolean run(WorkerPool pool, List<Job> jobs, Consumer<String> progress, BooleanSupplier stop) {
        AtomicInteger done = new AtomicInteger();
        List<Callable<Boolean>> bodies = jobs.stream()
                .<Callable<Boolean>>map(job -> () -> {
                    double cpu = CpuClock.seconds();
                    long wall = System.nanoTime();
                    boolean finished = !stop.getAsBoolean() && job.body().call();
                    if (finished) {
                        progress.accept(String.format(
                                "%d of %d: %s (%.0f s, of which %.0f s computing)",
                                done.incrementAndGet(),
                                jobs.size(),
                                job.name(),
                                (System.nanoTime() - wall) / 1e9,
                                CpuClock.seconds() - cpu));
                    }
                    return finished;
                })
                .toList();
        return pool.run(bodies).stream().allMatch(finished -> finished);
    }

    /** What the results so far say. */
    public Findings findings() {
        return Findings.of(results, plan);
    }
}

package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.data.Prefetcher;
import dev.gatun.data.SlotRange;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.optim.LinearSchedule;
import dev.gatun.nn.optim.NonFinite;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.List;

/** The steps of a stage, one after another. In one process no step waits for the device. */
final class Steps {
    private final String stage;
    private final RunConfig.Stage settings;
    private final int checkpointEvery;
    private final World world;
    private final Progress progress;
    private final Objective objective;
    private final Learner learner;
    private final LinearSchedule schedule;
    private final List<SlotRange> slots;
    private final RankReports reports;

    /** What a step needs, all of which stays the caller's. */
    Steps(
            String stage,
            RunConfig.Stage settings,
            RunConfig config,
            World world,
            Progress progress,
            Objective objective,
            Learner learner,
            LinearSchedule schedule,
            List<SlotRange> slots) {
        this.stage = stage;
        this.settings = settings;
        this.checkpointEvery = config.checkpoint().every();
        this.world = world;
        this.progress = progress;
        this.objective = objective;
        this.learner = learner;
        this.schedule = schedule;
        this.slots = slots;
        this.reports = new RankReports(world, config.distributed().straggler(), progress::message);
    }

    /**
     * Makes the steps from {@code firstStep} on.
     *
     * @return false when a rank was asked to stop
     */
    boolean run(
            long firstStep,
            Prefetcher<Placement.Placed> ahead,
            Placement placement,
            MetricsLog metrics,
            TrainingState state) {
        objective.trained().train();
        progress.begin(stage, firstStep, settings.steps());
        Device device = objective.device();
        // Ranks tell each other their losses, and wait for those anyway.
        boolean late = world.size() == 1 && !device.equals(Device.CPU);
        try (StepLog log =
                new StepLog(stage, settings, metrics, progress, reports, device, late, this::firstNotFinite)) {
            boolean finished = !stopBefore() && steps(firstStep, ahead, placement, log, state);
            progress.end();
            return finished;
        }
    }

    /** Nothing is new then: loading models and data took until now. */
    private boolean stopBefore() {
        return world.sum(progress.stopRequested() ? 1L : 0L)[0] > 0;
    }

    private boolean steps(
            long firstStep, Prefetcher<Placement.Placed> ahead, Placement placement, StepLog log, TrainingState state) {
        for (long step = firstStep; step < settings.steps(); ) {
            state.check();
            boolean othersStop = step(step, ahead, placement, log);
            step++;
            boolean last = step == settings.steps();
            boolean stop = !last && (world.size() > 1 ? othersStop : progress.stopRequested());
            if (stop || last || step % checkpointEvery == 0) {
                log.catchUp();
                state.save(step, objective, learner);
            }
            if (stop) {
                state.await();
                return false;
            }
        }
        state.await();
        return true;
    }

    /** Returns whether a rank was asked to stop; false where there is one. */
    private boolean step(long step, Prefetcher<Placement.Placed> ahead, Placement placement, StepLog log) {
        double lr = settings.lr() * schedule.factor(step);
        long began = System.nanoTime();
        Placement.Placed placed = null;
        RuntimeException failure = null;
        try {
            placed = ahead.next();
        } catch (RuntimeException e) {
            failure = e;
        }
        long waited = System.nanoTime() - began;
        try (Scope _ = Scope.open()) {
            long targets = targetTokens(step, placed, failure);
            placement.arrive(placed);
            Tensor losses = learner.compute(placed.microBatches(), slots, targets);
            placement.free(placed);
            long busy = System.nanoTime() - began;
            learner.exchange();
            boolean stop = false;
            if (world.size() > 1) {
                Losses own = Losses.of(losses.toDoubleArray());
                RankReports.Told told = reports.exchange(own, progress.stopRequested(), busy / 1e9, waited / 1e9);
                losses = told.losses().tensor();
                stop = told.stop();
            }
            log.check(step, losses, learner.clipGradNorm_(settings.clip()));
            learner.step();
            learner.zeroGrad();
            schedule.step();
            objective.stepped();
            log.add(step, lr, new StepLog.Timing(System.nanoTime() - began, waited));
            return stop;
        }
    }

    /** Parameters, once they are spoilt, spoil all gradients: so they are looked at first. */
    private String firstNotFinite() {
        return NonFinite.inParameters(objective.trained())
                .map(NonFinite::toString)
                .orElseGet(learner::nonFiniteGradient);
    }

    /** Those of all ranks, whose losses are shares of one mean; and tells all ranks if one has no data. */
    private long targetTokens(long step, Placement.Placed placed, RuntimeException failure) {
        long own = failure != null
                ? 0
                : placed.microBatches().stream()
                        .map(DeviceBatch::batch)
                        .mapToLong(Batch::targetTokens)
                        .sum();
        long[] sums = world.sum(own, failure == null ? 0 : 1);
        if (sums[1] > 0) {
            world.agree("it made its batch of step " + step + " of " + stage, failure);
        }
        return sums[0];
    }
}

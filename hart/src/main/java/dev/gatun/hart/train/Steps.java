package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.data.Prefetcher;
import dev.gatun.data.SlotRange;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.optim.LinearSchedule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The steps of a stage, one after another. */
final class Steps {
    private static final int RATE_WINDOW = 20;

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

    /** How long a step took, and how much of that it waited for its data. */
    private record Timing(long nanos, long waited) {}

    /**
     * Makes the steps from {@code firstStep} on.
     *
     * @return false when a rank was asked to stop
     */
    boolean run(long firstStep, Prefetcher<List<Batch>> ahead, MetricsLog metrics, TrainingState state) {
        objective.trained().train();
        progress.begin(stage, firstStep, settings.steps());
        boolean finished = !stopBefore() && steps(firstStep, ahead, metrics, state);
        progress.end();
        return finished;
    }

    /** Nothing is new then: loading models and data took until now. */
    private boolean stopBefore() {
        return world.sum(progress.stopRequested() ? 1L : 0L)[0] > 0;
    }

    private boolean steps(long firstStep, Prefetcher<List<Batch>> ahead, MetricsLog metrics, TrainingState state) {
        RateMeter rate = new RateMeter(RATE_WINDOW);
        for (long step = firstStep; step < settings.steps(); ) {
            state.check();
            double lr = settings.lr() * schedule.factor(step);
            long began = System.nanoTime();
            List<Batch> microBatches = null;
            RuntimeException failure = null;
            try {
                microBatches = ahead.next();
            } catch (RuntimeException e) {
                failure = e;
            }
            long waited = System.nanoTime() - began;
            Losses own = learner.compute(microBatches, slots, targetTokens(step, microBatches, failure));
            long busy = System.nanoTime() - began;
            learner.exchange();
            RankReports.Told told = reports.exchange(own, progress.stopRequested(), busy / 1e9, waited / 1e9);
            Losses losses = told.losses();
            if (!Double.isFinite(losses.total())) {
                throw new RunException("the loss is " + losses.total() + " in step " + step + " of " + stage
                        + ": resume from the last checkpoint with a lower learning rate (--set " + stage + ".lr=…)");
            }
            double norm = learner.clipNorm_(settings.clip());
            learner.step();
            learner.zeroGrad();
            schedule.step();
            objective.stepped();
            step++;
            metrics.write(entry(step - 1, losses, norm, lr, new Timing(System.nanoTime() - began, waited)));
            progress.step(step, losses.total(), rate.examplesPerSecond(settings.batch()));
            boolean last = step == settings.steps();
            boolean stop = !last && (world.size() > 1 ? told.stop() : progress.stopRequested());
            if (stop || last || step % checkpointEvery == 0) {
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

    /** Those of all ranks, whose losses are shares of one mean; and tells all ranks if one has no data. */
    private long targetTokens(long step, List<Batch> microBatches, RuntimeException failure) {
        long own = failure != null
                ? 0
                : microBatches.stream().mapToLong(Batch::targetTokens).sum();
        long[] sums = world.sum(own, failure == null ? 0 : 1);
        if (sums[1] > 0) {
            world.agree("it made its batch of step " + step + " of " + stage, failure);
        }
        return sums[0];
    }

    private Map<String, Object> entry(long step, Losses losses, double norm, double lr, Timing timing) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("stage", stage);
        entry.put("step", step);
        entry.put("loss", losses.total());
        entry.put("loss_pred", losses.pred());
        entry.put("loss_cst", losses.cst());
        entry.put("grad_norm", norm);
        entry.put("lr", lr);
        entry.put("seconds", timing.nanos() / 1e9);
        entry.put("examples_per_second", settings.batch() * 1e9 / timing.nanos());
        entry.put("wait_share", (double) timing.waited() / timing.nanos());
        reports.describe(entry);
        return entry;
    }
}

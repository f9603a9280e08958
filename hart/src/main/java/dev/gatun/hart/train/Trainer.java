package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.data.Prefetcher;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.report.ReportException;
import dev.gatun.hart.report.RunReport;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.nn.optim.LinearSchedule;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.ParameterGroup;
import dev.gatun.torch.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Trains one stage: batches ahead of time, gradients of all micro-batches, clipping, the optimizer, a linear schedule, a line of
 * metrics a step, checkpoints. Everything a step depends on is in the checkpoint, so a resumed run goes on to the same bits
 * with the same libtorch and number of threads.
 */
public final class Trainer {
    private static final int PREFETCHED = 4;
    private static final int RATE_WINDOW = 20;

    /** Where micro-batches come from; depends on its arguments alone. */
    public interface Source {
        /** A step's micro-batches, in the order in which their gradients are added up. */
        List<Batch> microBatches(long step);
    }

    private final RunFolder folder;
    private final RunConfig config;
    private final String stage;
    private final RunConfig.Stage settings;
    private final Progress progress;

    /** Trains in {@code folder}, which stays the caller's, the stage of that name by its settings in {@code config}. */
    public Trainer(RunFolder folder, RunConfig config, String stage, RunConfig.Stage settings, Progress progress) {
        this.folder = folder;
        this.config = config;
        this.stage = stage;
        this.settings = settings;
        this.progress = progress;
    }

    /**
     * Runs the stage to its end, from {@code resumeFrom} if that is not null.
     *
     * @return false when the user asked to stop; a checkpoint of that moment is saved then
     */
    public boolean run(Objective objective, Source batches, Path resumeFrom) {
        int threads = config.threads() > 0 ? config.threads() : Torch.getNumThreads();
        try (Optimizer optimizer = Optimizers.of(settings, groups(objective));
                GradientWorkers workers =
                        new GradientWorkers(objective, settings.accumulate(), threads, objective.usesRandomness())) {
            LinearSchedule schedule = new LinearSchedule(optimizer, settings.warmup(), settings.steps());
            long step = 0;
            if (resumeFrom != null) {
                Checkpoint.State state = Checkpoint.load(resumeFrom, objective, optimizer);
                step = state.step();
                schedule.setStepCount(step);
                warnOfOtherMachine(state, threads);
            }
            try (MetricsLog metrics = new MetricsLog(folder.resolve("metrics.jsonl"), stage, step);
                    Prefetcher<List<Batch>> ahead =
                            new Prefetcher<>(batches::microBatches, step, settings.steps(), PREFETCHED)) {
                return steps(step, objective, optimizer, schedule, workers, metrics, ahead, threads);
            }
        }
    }

    /** Trained parameters by their learning rate, in registration order within a group. */
    private List<ParameterGroup> groups(Objective objective) {
        Map<Double, List<Parameter>> byScale = new TreeMap<>(Comparator.reverseOrder());
        objective.trained().namedParameters().forEach((name, parameter) -> {
            if (parameter.requiresGrad()) {
                byScale.computeIfAbsent(settings.lrScaling() ? objective.lrScale(name) : 1.0, _ -> new ArrayList<>())
                        .add(parameter);
            }
        });
        List<ParameterGroup> groups = new ArrayList<>();
        byScale.forEach((scale, parameters) ->
                groups.add(new ParameterGroup(parameters, scale * settings.lr(), settings.weightDecay())));
        return groups;
    }

    private boolean steps(
            long firstStep,
            Objective objective,
            Optimizer optimizer,
            LinearSchedule schedule,
            GradientWorkers workers,
            MetricsLog metrics,
            Prefetcher<List<Batch>> ahead,
            int threads) {
        objective.trained().train();
        progress.begin(stage, firstStep, settings.steps());
        RateMeter rate = new RateMeter(RATE_WINDOW);
        for (long step = firstStep; step < settings.steps(); ) {
            double lr = settings.lr() * schedule.factor(step);
            long began = System.nanoTime();
            List<Batch> microBatches = ahead.next();
            long waited = System.nanoTime() - began;
            GradientWorkers.Losses losses = workers.compute(microBatches);
            if (!Double.isFinite(losses.total())) {
                throw new RunException("the loss is " + losses.total() + " in step " + step + " of " + stage
                        + ": resume from the last checkpoint with a lower learning rate (--set " + stage + ".lr=…)");
            }
            double norm = Gradients.clipNorm_(optimizer.parameters(), settings.clip());
            optimizer.step();
            optimizer.zeroGrad();
            schedule.step();
            objective.stepped();
            step++;
            metrics.write(entry(step - 1, losses, norm, lr, new Timing(System.nanoTime() - began, waited)));
            progress.step(step, losses.total(), rate.examplesPerSecond(settings.batch()));
            boolean last = step == settings.steps();
            boolean stop = !last && progress.stopRequested();
            if (stop || last || step % config.checkpoint().every() == 0) {
                Checkpoint.save(
                        folder.resolve("checkpoints"),
                        stage,
                        step,
                        threads,
                        objective,
                        optimizer,
                        config.checkpoint().keep());
                report();
            }
            if (stop) {
                progress.end();
                return false;
            }
        }
        progress.end();
        return true;
    }

    /** The page about the run so far. A run does not fail for it. */
    private void report() {
        try {
            RunReport.write(folder.path());
        } catch (ReportException e) {
            progress.message("warning: " + e.getMessage());
        }
    }

    /** How long a step took, and how much of that it waited for its data. */
    private record Timing(long nanos, long waited) {}

    private Map<String, Object> entry(long step, GradientWorkers.Losses losses, double norm, double lr, Timing timing) {
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
        return entry;
    }

    private void warnOfOtherMachine(Checkpoint.State state, int threads) {
        if (state.threads() != threads || !state.libtorch().equals(Torch.version())) {
            progress.message("warning: the checkpoint was made with libtorch " + state.libtorch() + " and "
                    + state.threads() + " threads, this is " + Torch.version() + " with " + threads
                    + ": results may differ in their last bits");
        }
    }

    /** Examples a second over the last steps. */
    private static final class RateMeter {
        private final long[] times;
        private int count;

        RateMeter(int window) {
            times = new long[window];
        }

        double examplesPerSecond(int batch) {
            long now = System.nanoTime();
            int kept = Math.min(count, times.length);
            long oldest = count == 0 ? now : times[(count - kept) % times.length];
            times[count++ % times.length] = now;
            return kept == 0 ? Double.NaN : batch * (double) kept / ((now - oldest) / 1e9);
        }
    }
}

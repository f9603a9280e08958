package dev.gatun.hart.train;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.LateNumbers;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes down what each step came to, and ends a run whose numbers are not finite. On a GPU that is done during the step after
 * it, when its numbers are here: nobody waits for the device. A checkpoint is saved only after {@link #catchUp}, so what a bad
 * step has spoilt is in none.
 */
final class StepLog implements AutoCloseable {
    private static final int RATE_WINDOW = 20;
    private static final int NUMBERS = 4;

    private final String stage;
    private final RunConfig.Stage settings;
    private final MetricsLog metrics;
    private final Progress progress;
    private final RankReports reports;
    private final boolean late;
    private final LateNumbers numbers;
    private final RateMeter rate = new RateMeter(RATE_WINDOW);
    private Step pending;

    /**
     * How long a step took, and how much of that it waited for its data.
     *
     * @param nanos all of it
     * @param waited of these
     */
    record Timing(long nanos, long waited) {}

    private record Step(long number, double lr, Timing timing) {}

    /**
     * All arguments stay the caller's.
     *
     * @param late whether a step's numbers are taken during the next one
     */
    StepLog(
            String stage,
            RunConfig.Stage settings,
            MetricsLog metrics,
            Progress progress,
            RankReports reports,
            Device device,
            boolean late) {
        this.stage = stage;
        this.settings = settings;
        this.metrics = metrics;
        this.progress = progress;
        this.reports = reports;
        this.late = late;
        this.numbers = new LateNumbers(NUMBERS, device);
    }

    /**
     * Takes in a step that is queued, and writes down the one before it.
     *
     * @param losses as {@link Losses} has them
     * @param norm of the gradient before clipping, a scalar
     */
    void add(long step, Tensor losses, Tensor norm, double lr, Timing timing) {
        catchUp();
        try (Scope _ = Scope.open()) {
            numbers.send(Torch.cat(
                    new Tensor[] {
                        losses, norm.to(losses.device(), DType.FLOAT64).view(1)
                    },
                    0));
        }
        pending = new Step(step, lr, timing);
        if (!late) {
            catchUp();
        }
    }

    /**
     * Writes down all that was added.
     *
     * @throws RunException if a step's loss or gradient was not finite
     */
    void catchUp() {
        Step step = pending;
        if (step == null) {
            return;
        }
        pending = null;
        double[] came = numbers.take();
        Losses losses = Losses.of(came);
        double norm = came[NUMBERS - 1];
        if (!Double.isFinite(losses.total()) || !Double.isFinite(norm)) {
            throw new RunException("the loss is " + losses.total() + " and the gradient's norm " + norm + " in step "
                    + step.number() + " of " + stage
                    + ": resume from the last checkpoint with a lower learning rate (--set " + stage + ".lr=…)");
        }
        metrics.write(entry(step, losses, norm));
        progress.step(step.number() + 1, losses.total(), rate.examplesPerSecond(settings.batch()));
    }

    private Map<String, Object> entry(Step step, Losses losses, double norm) {
        Timing timing = step.timing();
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("stage", stage);
        entry.put("step", step.number());
        entry.put("loss", losses.total());
        entry.put("loss_pred", losses.pred());
        entry.put("loss_cst", losses.cst());
        entry.put("grad_norm", norm);
        entry.put("lr", step.lr());
        entry.put("seconds", timing.nanos() / 1e9);
        entry.put("examples_per_second", settings.batch() * 1e9 / timing.nanos());
        entry.put("wait_share", (double) timing.waited() / timing.nanos());
        reports.describe(entry);
        return entry;
    }

    /** Frees the numbers; what was not written down is not. */
    @Override
    public void close() {
        numbers.close();
    }
}

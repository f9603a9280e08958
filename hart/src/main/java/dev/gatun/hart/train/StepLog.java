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
import java.util.function.Supplier;

/**
 * Writes down what each step came to, and ends a run whose numbers are not finite. On a GPU that is done during the step after
 * it, when its numbers are here: nobody waits for the device. A checkpoint is saved only after {@link #catchUp}, so what a bad
 * step has spoilt is in none. Then it says which module was hit first: where numbers are taken at once, by the gradients, which
 * have not been used yet; otherwise by the parameters, which are those that the bad step alone has made.
 */
final class StepLog implements AutoCloseable {
    private static final int RATE_WINDOW = 20;
    private static final int NUMBERS = 4;
    private static final int NORM = NUMBERS - 1;

    private final String stage;
    private final RunConfig.Stage settings;
    private final MetricsLog metrics;
    private final Progress progress;
    private final RankReports reports;
    private final boolean late;
    private final LateNumbers numbers;
    private final RateMeter rate = new RateMeter(RATE_WINDOW);
    private final Supplier<String> culprit;
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
     * @param culprit asked once something is not finite: what was so first, in words; empty if that cannot be told
     */
    StepLog(
            String stage,
            RunConfig.Stage settings,
            MetricsLog metrics,
            Progress progress,
            RankReports reports,
            Device device,
            boolean late,
            Supplier<String> culprit) {
        this.stage = stage;
        this.settings = settings;
        this.metrics = metrics;
        this.progress = progress;
        this.reports = reports;
        this.late = late;
        this.culprit = culprit;
        this.numbers = new LateNumbers(NUMBERS, device);
    }

    /**
     * Takes in what a step came to, before the optimizer makes use of it, and writes down the step before.
     *
     * @param losses as {@link Losses} has them
     * @param norm of the gradient before clipping, a scalar
     * @throws RunException if these numbers are not finite, or, where they are taken late, those of the step before
     */
    void check(long step, Tensor losses, Tensor norm) {
        catchUp();
        try (Scope _ = Scope.open()) {
            numbers.send(Torch.cat(
                    new Tensor[] {
                        losses, norm.to(losses.device(), DType.FLOAT64).view(1)
                    },
                    0));
        }
        if (!late) {
            requireFinite(step, numbers.take());
        }
    }

    /** Takes in a checked step that is queued. */
    void add(long step, double lr, Timing timing) {
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
        requireFinite(step.number(), came);
        Losses losses = Losses.of(came);
        metrics.write(entry(step, losses, came[NORM]));
        progress.step(step.number() + 1, losses.total(), rate.examplesPerSecond(settings.batch()));
    }

    private void requireFinite(long step, double[] came) {
        double loss = Losses.of(came).total();
        if (!Double.isFinite(loss) || !Double.isFinite(came[NORM])) {
            String first = culprit.get();
            throw new RunException("the loss is " + loss + " and the gradient's norm " + came[NORM] + " in step " + step
                    + " of " + stage
                    + (first.isEmpty() ? "" : "; first " + first)
                    + ": resume from the last checkpoint with a lower learning rate (--set " + stage + ".lr=…)");
        }
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

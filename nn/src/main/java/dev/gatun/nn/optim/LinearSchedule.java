package dev.gatun.nn.optim;

import java.util.List;

/**
 * A learning rate that climbs linearly from 0 for {@code warmupSteps} steps and then falls linearly to 0 at
 * {@code totalSteps} (Hugging Face's {@code get_linear_schedule_with_warmup}). Making one sets the rate of the first step;
 * call {@link #step()} after each of the optimizer's steps.
 */
public final class LinearSchedule {
    private final Optimizer optimizer;
    private final List<Double> baseRates;
    private final long warmupSteps;
    private final long totalSteps;
    private long step;

    /**
     * A schedule from the optimizer's present learning rates.
     *
     * @throws IllegalArgumentException unless 0 ≤ warmupSteps ≤ totalSteps
     */
    public LinearSchedule(Optimizer optimizer, long warmupSteps, long totalSteps) {
        if (warmupSteps < 0 || totalSteps < warmupSteps) {
            throw new IllegalArgumentException(
                    "a schedule of " + totalSteps + " steps cannot have " + warmupSteps + " steps of warm-up");
        }
        this.optimizer = optimizer;
        this.baseRates = optimizer.groups().stream().map(ParameterGroup::lr).toList();
        this.warmupSteps = warmupSteps;
        this.totalSteps = totalSteps;
        apply();
    }

    /** The share of the base rate used in step {@code step}, counted from 0. */
    public double factor(long step) {
        if (step < warmupSteps) {
            return (double) step / Math.max(1, warmupSteps);
        }
        return Math.max(0.0, (double) (totalSteps - step) / Math.max(1, totalSteps - warmupSteps));
    }

    /** Goes on to the next step's rate. */
    public void step() {
        step++;
        apply();
    }

    /** How many steps were made. */
    public long stepCount() {
        return step;
    }

    /** Goes to the rate after {@code step} steps: all the state there is, so this is how to resume. */
    public void setStepCount(long step) {
        this.step = step;
        apply();
    }

    private void apply() {
        for (int i = 0; i < baseRates.size(); i++) {
            optimizer.groups().get(i).setLr(baseRates.get(i) * factor(step));
        }
    }
}

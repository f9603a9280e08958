package dev.gatun.nn.optim;

import java.util.List;

/**
 * The base of learning rate schedules ({@code torch.optim.lr_scheduler.LambdaLR}): the rate of each of the optimizer's groups
 * is what it was when the schedule was made, times a factor of the step. Making a schedule sets the rate of the first step;
 * call {@link #step()} after each of the optimizer's steps. The subclasses are Hugging Face's; each begins with a warm-up over
 * which the factor climbs linearly from 0.
 */
public abstract class Schedule {
    private final Optimizer optimizer;
    private final List<Double> baseRates;
    private final long warmupSteps;
    private long step;

    /**
     * A schedule from the optimizer's present learning rates. A subclass calls {@link #start()} when it is whole.
     *
     * @throws IllegalArgumentException if {@code warmupSteps} is negative
     */
    protected Schedule(Optimizer optimizer, long warmupSteps) {
        if (warmupSteps < 0) {
            throw new IllegalArgumentException("a schedule cannot have " + warmupSteps + " steps of warm-up");
        }
        this.optimizer = optimizer;
        this.warmupSteps = warmupSteps;
        this.baseRates = optimizer.groups().stream().map(ParameterGroup::lr).toList();
    }

    /** Refuses more steps of warm-up than there are steps. */
    static void checkSteps(long warmupSteps, long totalSteps) {
        if (totalSteps < warmupSteps) {
            throw new IllegalArgumentException(
                    "a schedule of " + totalSteps + " steps cannot have " + warmupSteps + " steps of warm-up");
        }
    }

    /** Sets the rate of the first step. */
    protected final void start() {
        apply();
    }

    /** The share of the base rate used in step {@code step}, counted from 0. */
    public final double factor(long step) {
        return step < warmupSteps ? (double) step / warmupSteps : afterWarmup(step);
    }

    /** The factor of a step after the warm-up. */
    protected abstract double afterWarmup(long step);

    /** How many steps the warm-up takes. */
    public final long warmupSteps() {
        return warmupSteps;
    }

    /** Goes on to the next step's rate. */
    public final void step() {
        step++;
        apply();
    }

    /** How many steps were made. */
    public final long stepCount() {
        return step;
    }

    /** Goes to the rate after {@code step} steps: all the state there is, so this is how to resume. */
    public final void setStepCount(long step) {
        this.step = step;
        apply();
    }

    private void apply() {
        for (int i = 0; i < baseRates.size(); i++) {
            optimizer.groups().get(i).setLr(baseRates.get(i) * factor(step));
        }
    }
}

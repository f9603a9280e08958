package dev.gatun.nn.optim;

/** A rate that falls linearly to 0 at the last step ({@code get_linear_schedule_with_warmup}). */
public final class LinearSchedule extends Schedule {
    private final long totalSteps;

    /**
     * A schedule from the optimizer's present learning rates.
     *
     * @throws IllegalArgumentException unless 0 ≤ warmupSteps ≤ totalSteps
     */
    public LinearSchedule(Optimizer optimizer, long warmupSteps, long totalSteps) {
        super(optimizer, warmupSteps);
        checkSteps(warmupSteps, totalSteps);
        this.totalSteps = totalSteps;
        start();
    }

    @Override
    protected double afterWarmup(long step) {
        return Math.max(0.0, (double) (totalSteps - step) / Math.max(1, totalSteps - warmupSteps()));
    }
}

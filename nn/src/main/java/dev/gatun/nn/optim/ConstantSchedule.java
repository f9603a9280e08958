package dev.gatun.nn.optim;

/** A rate that stays as it is after the warm-up ({@code get_constant_schedule_with_warmup}). */
public final class ConstantSchedule extends Schedule {
    /** A schedule at the optimizer's present learning rates. */
    public ConstantSchedule(Optimizer optimizer, long warmupSteps) {
        super(optimizer, warmupSteps);
        start();
    }

    @Override
    protected double afterWarmup(long step) {
        return 1;
    }
}

package dev.gatun.nn.optim;

/** A rate that falls to 0 at the last step along a cosine ({@code get_cosine_schedule_with_warmup}). */
public final class CosineSchedule extends Schedule {
    private final long totalSteps;
    private final double cycles;

    /** Half a wave: from the optimizer's present learning rates to 0. */
    public CosineSchedule(Optimizer optimizer, long warmupSteps, long totalSteps) {
        this(optimizer, warmupSteps, totalSteps, 0.5);
    }

    /**
     * So many waves.
     *
     * @throws IllegalArgumentException unless 0 ≤ warmupSteps ≤ totalSteps
     */
    public CosineSchedule(Optimizer optimizer, long warmupSteps, long totalSteps, double cycles) {
        super(optimizer, warmupSteps);
        checkSteps(warmupSteps, totalSteps);
        this.totalSteps = totalSteps;
        this.cycles = cycles;
        start();
    }

    @Override
    protected double afterWarmup(long step) {
        double progress = (double) (step - warmupSteps()) / Math.max(1, totalSteps - warmupSteps());
        return Math.max(0.0, 0.5 * (1.0 + Math.cos(Math.PI * cycles * 2.0 * progress)));
    }
}

package dev.gatun.nn.optim;

/** A rate that falls as the root of the steps after the warm-up ({@code get_inverse_sqrt_schedule}); T5's own. */
public final class InverseSqrtSchedule extends Schedule {
    private static final long USUAL_TIMESCALE = 10_000;

    private final long timescale;

    /** A schedule that is at half the rate after four warm-ups; without one, after 40,000 steps. */
    public InverseSqrtSchedule(Optimizer optimizer, long warmupSteps) {
        this(optimizer, warmupSteps, warmupSteps == 0 ? USUAL_TIMESCALE : warmupSteps);
    }

    /**
     * A schedule whose rate is 1/sqrt((step - warmupSteps) / timescale + 1) of the base rate.
     *
     * @throws IllegalArgumentException if the timescale is not positive
     */
    public InverseSqrtSchedule(Optimizer optimizer, long warmupSteps, long timescale) {
        super(optimizer, warmupSteps);
        if (timescale < 1) {
            throw new IllegalArgumentException("a timescale is positive, but it is " + timescale);
        }
        this.timescale = timescale;
        start();
    }

    @Override
    protected double afterWarmup(long step) {
        return 1.0 / Math.sqrt((double) (step + timescale - warmupSteps()) / timescale);
    }
}

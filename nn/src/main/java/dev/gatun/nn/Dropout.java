package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** Zeroes entries at random and scales the rest by 1/(1-p) in training, and does nothing otherwise ({@code nn.Dropout}). */
public final class Dropout extends Layer {
    private final double p;

    /**
     * Drops with probability {@code p}.
     *
     * @throws IllegalArgumentException unless 0 ≤ p ≤ 1
     */
    public Dropout(double p) {
        this.p = probability(p);
    }

    /**
     * Returns {@code p}.
     *
     * @throws IllegalArgumentException unless 0 ≤ p ≤ 1
     */
    public static double probability(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("a dropout probability lies in [0, 1], not " + p);
        }
        return p;
    }

    /** The probability of dropping an entry. */
    public double p() {
        return p;
    }

    /** Whether {@link #forward} would change anything now. */
    public boolean isActive() {
        return isTraining() && p > 0;
    }

    /** A new tensor of the input's shape and type; outside training the input itself. */
    @Override
    protected Tensor compute(Tensor input) {
        return isActive() ? Torch.dropout(input, p, true) : input;
    }
}

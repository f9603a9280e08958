package dev.gatun.nn.dropout;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** Zeroes whole channels of [B, C, H, W], in training ({@code torch.nn.Dropout2d}); otherwise returns its input. */
public final class Dropout2d extends Layer {
    private final double p;

    /**
     * Drops with probability {@code p}.
     *
     * @throws IllegalArgumentException unless 0 ≤ p ≤ 1
     */
    public Dropout2d(double p) {
        this.p = Dropout.probability(p);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return isTraining() && p > 0 ? Torch.feature_dropout(input, p, true) : input;
    }
}

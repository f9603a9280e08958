package dev.gatun.nn.dropout;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** Drops whole channels so that mean and deviation stay as they are, in training ({@code torch.nn.FeatureAlphaDropout}); otherwise returns its input. */
public final class FeatureAlphaDropout extends Layer {
    private final double p;

    /**
     * Drops with probability {@code p}.
     *
     * @throws IllegalArgumentException unless 0 ≤ p ≤ 1
     */
    public FeatureAlphaDropout(double p) {
        this.p = Dropout.probability(p);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return isTraining() && p > 0 ? Torch.feature_alpha_dropout(input, p, true) : input;
    }
}

package dev.gatun.nn.dropout;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** Drops entries so that mean and deviation stay as they are, for SELU networks, in training ({@code torch.nn.AlphaDropout}); otherwise returns its input. */
public final class AlphaDropout extends Layer {
    private final double p;

    /**
     * Drops with probability {@code p}.
     *
     * @throws IllegalArgumentException unless 0 ≤ p ≤ 1
     */
    public AlphaDropout(double p) {
        this.p = Dropout.probability(p);
    }

    @Override
    protected Tensor compute(Tensor input) {
        return isTraining() && p > 0 ? Torch.alpha_dropout(input, p, true) : input;
    }
}

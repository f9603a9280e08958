package dev.gatun.nn.dropout;

import dev.gatun.nn.Dropout;
import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** Zeroes whole channels of [B, C, L], in training ({@code torch.nn.Dropout1d}); otherwise returns its input. */
public final class Dropout1d extends Layer {
    private final double p;

    /**
     * Drops with probability {@code p}.
     *
     * @throws IllegalArgumentException unless 0 ≤ p ≤ 1
     */
    public Dropout1d(double p) {
        this.p = Dropout.probability(p);
    }

    @Override
    protected Tensor compute(Tensor input) {
        if (!isTraining() || p == 0) {
            return input;
        }
        // Without a batch dimension, dimension 0 holds the channels.
        return input.dim() == 2
                ? Torch.feature_dropout(input.unsqueeze(0), p, true).squeeze(0)
                : Torch.feature_dropout(input, p, true);
    }
}

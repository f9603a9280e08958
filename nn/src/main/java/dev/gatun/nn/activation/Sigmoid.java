package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** 1 / (1 + exp(-x)) ({@code torch.nn.Sigmoid}). */
public final class Sigmoid extends Layer {
    /** The function. */
    public Sigmoid() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.sigmoid();
    }
}

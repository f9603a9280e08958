package dev.gatun.nn.activation;

import dev.gatun.nn.Layer;
import dev.gatun.torch.Tensor;

/** log sigmoid(x) ({@code torch.nn.LogSigmoid}). */
public final class LogSigmoid extends Layer {
    /** The function. */
    public LogSigmoid() {}

    @Override
    protected Tensor compute(Tensor input) {
        return input.log_sigmoid();
    }
}

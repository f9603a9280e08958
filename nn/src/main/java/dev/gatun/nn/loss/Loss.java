package dev.gatun.nn.loss;

import dev.gatun.nn.Module;
import dev.gatun.torch.Tensor;

/** A loss of an input against a target. It takes part in autograd as any module does. */
public abstract class Loss extends Module {
    /** How it is reduced. */
    protected final Reduction reduction;

    Loss(Reduction reduction) {
        this.reduction = reduction;
    }

    abstract Tensor compute(Tensor input, Tensor target);

    /** The loss, new: a scalar, or one number for each that was compared with {@link Reduction#NONE}. */
    public final Tensor forward(Tensor input, Tensor target) {
        return call(in -> new Tensor[] {compute(in[0], in[1])}, input, target)[0];
    }
}

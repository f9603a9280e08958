package dev.gatun.nn.peft;

import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.TensorGroup;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A bottleneck adapter, y = f(x) + scaling · up(act(down(h))), of tensors that somebody hands in, such as a hypernetwork;
 * {@link Adapters} have trainable ones. h is f(x), or x itself if it is parallel. Gradients reach the tensors, which stay
 * the caller's. Each has a batch dimension before its own where every example has its own weights.
 *
 * @param down [M, in], or [batch, M, in]
 * @param downBias [M], or [batch, M], or null
 * @param up [out, M], or [batch, out, M]
 * @param upBias [out], or [batch, out], or null
 * @param activation as in {@link AdapterConfig}
 * @param parallel whether h is x
 * @param scaling as in {@link AdapterConfig}
 */
public record AdapterUpdate(
        Tensor down,
        Tensor downBias,
        Tensor up,
        Tensor upBias,
        UnaryOperator<Tensor> activation,
        boolean parallel,
        double scaling)
        implements ModuleUpdate, TensorGroup {
    /** Checks that the shapes go together. */
    public AdapterUpdate {
        boolean fits = down.dim() >= 2 && down.dim() <= 3 && down.dim() == up.dim() && down.size(-2) == up.size(-1);
        if (!fits || down.dim() == 3 && down.size(0) != up.size(0)) {
            throw new IllegalArgumentException("an adapter has down of shape [M, in] and up of shape [out, M], or both"
                    + " with a batch dimension before these, not " + Arrays.toString(down.shape()) + " and "
                    + Arrays.toString(up.shape()));
        }
        requireBias(downBias, down, "down");
        requireBias(upBias, up, "up");
    }

    private static void requireBias(Tensor bias, Tensor weight, String name) {
        boolean fits = bias == null
                || bias.dim() <= weight.dim() - 1
                        && bias.size(-1) == weight.size(-2)
                        && (bias.dim() == 1 || bias.dim() == 2 && bias.size(0) == weight.size(0));
        if (!fits) {
            throw new IllegalArgumentException("the bias of " + name + " has the shape of "
                    + Arrays.toString(weight.shape()) + " without its last dimension, or without a batch's, not "
                    + Arrays.toString(bias.shape()));
        }
    }

    @Override
    public Tensor apply(Tensor input, Tensor output) {
        try (Scope scope = Scope.open()) {
            // A serial adapter's own input must stay for the backward pass, so the sum may not be made in place there.
            Tensor read = PerExample.cast(parallel ? input : output, down);
            Tensor wide = PerExample.linear(activation.apply(PerExample.linear(read, down, downBias)), up, upBias);
            if (parallel) {
                return output.add_(wide, scaling);
            }
            return scope.promote(output.add(wide.to(output.dtype()), scaling));
        }
    }

    @Override
    public boolean isShared() {
        return PerExample.isShared(down);
    }

    @Override
    public AdapterUpdate rows(Tensor index) {
        return new AdapterUpdate(
                PerExample.rows(down, 2, index),
                PerExample.rows(downBias, 1, index),
                PerExample.rows(up, 2, index),
                PerExample.rows(upBias, 1, index),
                activation,
                parallel,
                scaling);
    }

    @Override
    public AdapterUpdate with(UnaryOperator<Tensor> other) {
        return new AdapterUpdate(
                other.apply(down),
                downBias == null ? null : other.apply(downBias),
                other.apply(up),
                upBias == null ? null : other.apply(upBias),
                activation,
                parallel,
                scaling);
    }

    @Override
    public List<Tensor> tensors() {
        return Stream.of(down, downBias, up, upBias).filter(Objects::nonNull).toList();
    }
}

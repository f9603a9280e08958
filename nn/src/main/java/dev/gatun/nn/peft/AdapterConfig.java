package dev.gatun.nn.peft;

import dev.gatun.torch.Tensor;
import java.util.function.UnaryOperator;

/**
 * How {@link Adapters} are made: small feed-forward networks with a bottleneck, up(act(down(x))).
 *
 * @param bottleneck the bottleneck's width
 * @param activation such as {@code Tensor::relu}
 * @param parallel whether they read what their module reads, otherwise what it returns
 * @param scaling what they are multiplied by
 * @param targets the modules to whose results they are added
 */
public record AdapterConfig(
        long bottleneck, UnaryOperator<Tensor> activation, boolean parallel, double scaling, TargetModules targets) {
    /** Checks the width. */
    public AdapterConfig {
        if (bottleneck < 1) {
            throw new IllegalArgumentException("an adapter's bottleneck is at least 1 wide, not " + bottleneck);
        }
    }

    /** Houlsby's places in a T5: after every attention and feed-forward, before the residual sum. */
    public static AdapterConfig houlsby(long bottleneck) {
        return new AdapterConfig(bottleneck, Tensor::relu, false, 1, TargetModules.named("o", "DenseReluDense"));
    }

    /** Pfeiffer's place in a T5: after the feed-forward of each block alone. */
    public static AdapterConfig pfeiffer(long bottleneck) {
        return new AdapterConfig(bottleneck, Tensor::relu, false, 1, TargetModules.named("DenseReluDense"));
    }

    /** HINT's place in a T5: beside the feed-forward of each block, on its normed input, with the tanh form of GELU. */
    public static AdapterConfig parallel(long bottleneck) {
        return new AdapterConfig(bottleneck, x -> x.gelu("tanh"), true, 1, TargetModules.named("DenseReluDense"));
    }

    /** With this nonlinearity. */
    public AdapterConfig withActivation(UnaryOperator<Tensor> function) {
        return new AdapterConfig(bottleneck, function, parallel, scaling, targets);
    }

    /** Multiplied by {@code factor}. */
    public AdapterConfig withScaling(double factor) {
        return new AdapterConfig(bottleneck, activation, parallel, factor, targets);
    }

    /** For these modules. */
    public AdapterConfig withTargets(TargetModules modules) {
        return new AdapterConfig(bottleneck, activation, parallel, scaling, modules);
    }

    /** An update of given weights in this configuration's form; see {@link AdapterUpdate}. */
    public AdapterUpdate update(Tensor down, Tensor downBias, Tensor up, Tensor upBias) {
        return new AdapterUpdate(down, downBias, up, upBias, activation, parallel, scaling);
    }
}

package dev.gatun.nn.peft;

import dev.gatun.nn.Init;
import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleUpdate;
import dev.gatun.nn.Updatable;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;

/**
 * A trainable bottleneck adapter on one module: {@code down} [M, in] and {@code up} [out, M] with biases. {@code up} starts
 * at zero, so that a new one changes nothing.
 */
public final class AdapterLayer extends Module implements ModuleUpdate {
    private final AdapterConfig config;
    private final Linear down;
    private final Linear up;

    AdapterLayer(Updatable host, AdapterConfig config, TensorOptions options) {
        this.config = config;
        long m = config.bottleneck();
        long in = config.parallel() ? host.inFeatures() : host.outFeatures();
        down = registerModule("down", new Linear(in, m, true, options));
        up = registerModule(
                "up", new Linear(Init.zeros(options, host.outFeatures(), m), Init.zeros(options, host.outFeatures())));
    }

    /** The layer into the bottleneck. */
    public Linear down() {
        return down;
    }

    /** The layer out of it. */
    public Linear up() {
        return up;
    }

    /** Its weights as they are now, for other uses; they stay this layer's. */
    public AdapterUpdate update() {
        return config.update(
                down.weight().get(),
                down.bias().get(),
                up.weight().get(),
                up.bias().get());
    }

    @Override
    public Tensor apply(Tensor input, Tensor output) {
        return update().apply(input, output);
    }
}

package dev.gatun.nn.peft;

import dev.gatun.nn.Module;
import dev.gatun.nn.Updatable;

/**
 * Trainable bottleneck adapters in a model, Houlsby's, Pfeiffer's or parallel ones: {@link AdapterConfig} tells which. They
 * are saved by their state dict, as other modules are.
 *
 * {@snippet :
 * try (Adapters adapters = Adapters.attach(t5, AdapterConfig.pfeiffer(16));
 *         AdamW adamw = new AdamW(adapters.parameters(), 1e-3, 0)) {
 *     // train: t5.forward(...) has the adapters in it, and t5 itself is frozen
 *     SafeTensorsWriter.write(file, adapters.stateDict(), SafeTensorsWriter.HUGGING_FACE);
 * }
 * }
 */
public final class Adapters extends Attachment<AdapterLayer> {
    private Adapters(Module base, AdapterConfig config) {
        find(base, config.targets(), Updatable.class)
                .forEach((name, host) -> add(name, host, new AdapterLayer(host, config, optionsFor((Module) host))));
    }

    /**
     * Makes new adapters, which change nothing yet, lays them over {@code base} and freezes all of its parameters. They are on
     * their modules' devices and in their types, float32 for half-precision ones.
     *
     * @throws IllegalArgumentException if {@code config}'s targets mean no module that can have one
     * @throws IllegalStateException if one of the modules has an update already
     */
    public static Adapters attach(Module base, AdapterConfig config) {
        Adapters adapters = new Adapters(base, config);
        try {
            adapters.attach();
        } catch (RuntimeException e) {
            adapters.close();
            throw e;
        }
        base.requiresGrad_(false);
        return adapters;
    }
}

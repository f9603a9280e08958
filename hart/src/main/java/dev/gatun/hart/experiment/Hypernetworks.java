package dev.gatun.hart.experiment;

import dev.gatun.hart.model.HyperConfig;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.nn.t5.T5;

/** Makes a cell's hypernetwork. */
final class Hypernetworks {
    private Hypernetworks() {}

    /** Starts from {@code main}'s weights; the fresh heads of a seed are the same in all variants of HART. */
    static Hypernetwork make(Scale scale, Design design, T5 main, long seed) {
        HyperConfig.Builder config = HyperConfig.builder(main.config())
                .decoderLayers(scale.hyperLayers())
                .prefix(scale.prefix());
        return Randomness.seeded(
                seed + 2000, () -> Hypernetwork.from(main, design.set(config).build()));
    }
}

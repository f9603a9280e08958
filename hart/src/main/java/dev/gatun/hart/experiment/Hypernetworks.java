package dev.gatun.hart.experiment;

import dev.gatun.hart.model.HyperConfig;
import dev.gatun.hart.model.Hypernetwork;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Torch;

/** Makes a cell's hypernetwork. */
final class Hypernetworks {
    private Hypernetworks() {}

    /** Starts from {@code main}'s weights; where shapes agree, all generators of a seed start from the same values. */
    static Hypernetwork make(Scale scale, Design design, T5 main, long seed) {
        // Random numbers come from the process's one generator: nobody else may draw meanwhile.
        synchronized (CpuClock.class) {
            Torch.manualSeed(seed + 2000);
            HyperConfig.Builder config = HyperConfig.builder(main.config())
                    .decoderLayers(scale.hyperLayers())
                    .prefix(scale.prefix());
            return Hypernetwork.from(main, design.set(config).build());
        }
    }
}

package dev.gatun.hart.experiment;

import dev.gatun.torch.Torch;
import java.util.function.Supplier;

/**
 * Fresh weights come from the process's one generator, also those that a file then replaces. Whoever makes a model does it
 * here, one after the other: two cells that are made side by side would else take each other's numbers.
 */
final class Randomness {
    private Randomness() {}

    static synchronized <M> M seeded(long seed, Supplier<M> made) {
        Torch.manualSeed(seed);
        return made.get();
    }
}

package dev.gatun.torch;

import dev.gatun.ffm.CoreRaw;

/**
 * A source of random numbers of its own for the CPU ({@code torch.Generator}), for ops that take one. It lives as long
 * as the process: make few.
 */
public final class Generator {
    final long address;

    /** A generator that starts from {@code seed}. */
    public Generator(long seed) {
        Frame f = Frame.begin();
        f.integer(0, seed);
        f.check(CoreRaw.new_generator(f.address()), "Generator");
        this.address = f.readInteger(0);
    }

    /** Starts it again from {@code seed}; returns this. */
    public Generator manualSeed(long seed) {
        Frame f = Frame.begin();
        f.integer(0, address);
        f.integer(1, seed);
        f.check(CoreRaw.seed_generator(f.address()), "Generator.manualSeed");
        return this;
    }
}

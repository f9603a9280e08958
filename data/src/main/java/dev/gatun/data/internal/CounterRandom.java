package dev.gatun.data.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Random numbers that depend on a key alone: SplitMix64 (Steele, Lea and Flood, 2014) started at a hash of three numbers.
 *
 * <p>A stream costs nothing to make, so each slot of each step has its own, and no state is ever carried along: that is what
 * makes batches independent of how ranks and accumulation cut them, and resuming exact. The key's parts are mixed in one after
 * the other by SplitMix64's own finaliser, a bijection of 64 bits in which every input bit flips every output bit with
 * probability about one half.
 */
public final class CounterRandom {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /** Starts the stream of a key. */
    public CounterRandom(long seed, long a, long b) {
        long key = mix(seed + GOLDEN_GAMMA);
        key = mix(key + a + GOLDEN_GAMMA);
        state = mix(key + b + GOLDEN_GAMMA);
    }

    /** The next 64 random bits. */
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** A number in [0, bound), uniform up to a relative error of bound / 2^64. */
    public int nextInt(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound must be at least 1, got " + bound);
        }
        return (int) Math.unsignedMultiplyHigh(nextLong(), bound);
    }

    /** A number in [0, bound) for bounds beyond an int, uniform up to a relative error of bound / 2^64. */
    public long nextLong(long bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound must be at least 1, got " + bound);
        }
        return Math.unsignedMultiplyHigh(nextLong(), bound);
    }

    /** A number in [0, 1), uniform, a multiple of 2^-53. */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** {@code count} different numbers of [0, bound), in random order; fewer if there are no more. */
    public IntStream distinct(int count, int bound) {
        // A shuffle that stops early. Only the places that it changed are kept: bound may be the rows of a large data
        // set.
        Map<Integer, Integer> moved = new HashMap<>();
        int[] chosen = new int[Math.min(count, bound)];
        for (int i = 0; i < chosen.length; i++) {
            int j = i + nextInt(bound - i);
            chosen[i] = moved.getOrDefault(j, j);
            moved.put(j, moved.getOrDefault(i, i));
        }
        return IntStream.of(chosen);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}

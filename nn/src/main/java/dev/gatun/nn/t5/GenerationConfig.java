package dev.gatun.nn.t5;

/**
 * How to generate.
 *
 * @param maxNewTokens the most tokens to generate after the start token
 * @param stopAtEos whether a row ends at its end token (padding follows, and generation stops when all rows have ended);
 *     otherwise every row gets {@code maxNewTokens}, whatever they are
 * @param useCache whether the decoder's keys and values are kept from step to step; the result is the same, only slower
 *     without
 */
public record GenerationConfig(int maxNewTokens, boolean stopAtEos, boolean useCache) {
    /** Checks the number. */
    public GenerationConfig {
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("at least one token must be asked for, not " + maxNewTokens);
        }
    }

    /** Stopping at the end token, with a cache. */
    public static GenerationConfig of(int maxNewTokens) {
        return new GenerationConfig(maxNewTokens, true, true);
    }

    /** Not stopping at the end token. */
    public GenerationConfig withoutEos() {
        return new GenerationConfig(maxNewTokens, false, useCache);
    }

    /** Computing every step from the start. */
    public GenerationConfig withoutCache() {
        return new GenerationConfig(maxNewTokens, stopAtEos, false);
    }
}

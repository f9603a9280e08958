package dev.gatun.hart.model;

import dev.gatun.nn.t5.T5Config;

/**
 * The shape of {@link Hint}'s generator (specification 7).
 *
 * @param main the main model's configuration
 * @param prefix rows of each generated prefix (30 in HINT)
 * @param bottleneck width of each generated adapter (512 in HINT)
 */
public record HintConfig(T5Config main, int prefix, int bottleneck) {
    /** Checks the sizes. */
    public HintConfig {
        if (prefix < 1 || bottleneck < 1) {
            throw new IllegalArgumentException(
                    "HINT writes prefixes of at least one row and adapters at least 1 wide, not " + prefix + " and "
                            + bottleneck);
        }
        if (main.dModel() != main.innerDim()) {
            throw new IllegalArgumentException("generated prefixes are keys and values of all heads side by side, so"
                    + " num_heads * d_kv must equal d_model, but they are " + main.innerDim() + " and "
                    + main.dModel());
        }
    }

    /** HINT's at XL: 30 rows, 512 wide. */
    public static HintConfig paper(T5Config main) {
        return new HintConfig(main, 30, 512);
    }
}

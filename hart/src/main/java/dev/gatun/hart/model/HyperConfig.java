package dev.gatun.hart.model;

import dev.gatun.nn.t5.T5Config;

/**
 * The shape of a hypernetwork (specification 2).
 *
 * @param main the main model's configuration, whose widths and encoder the hypernetwork shares
 * @param decoderLayers decoder layers of the hypernetwork: the main model's first ones (8 in the paper)
 * @param prefix p, rows of each generated prefix (32 in the paper)
 * @param prefixScale what generated prefixes are multiplied with (1 by default)
 * @param memory what a generating step sees of the earlier ones
 * @param causalPairs whether the second state of a pair is hidden from the first ({@code ar.intra=causal})
 */
public record HyperConfig(
        T5Config main, int decoderLayers, int prefix, double prefixScale, Memory memory, boolean causalPairs) {
    /** Checks the sizes. */
    public HyperConfig {
        if (decoderLayers < 1 || prefix < 1) {
            throw new IllegalArgumentException("a hypernetwork has at least one decoder layer and one prefix row, not "
                    + decoderLayers + " and " + prefix);
        }
        if (main.dModel() != main.innerDim()) {
            throw new IllegalArgumentException("generated prefixes are keys and values of all heads side by side, so"
                    + " num_heads * d_kv must equal d_model, but they are " + main.innerDim() + " and "
                    + main.dModel());
        }
    }

    /** The paper's: 8 decoder layers, 32 rows, shared cache, bidirectional pairs. */
    public static HyperConfig paper(T5Config main) {
        return new HyperConfig(main, 8, 32, 1.0, Memory.CACHE, false);
    }

    /** L: how many pairs of states are generated, one for each layer of the main model. */
    public int pairs() {
        return Math.max(main.numLayers(), main.numDecoderLayers());
    }
}

package dev.gatun.hart.train;

import dev.gatun.nn.t5.T5Config;

/**
 * Adam moves every weight by about the learning rate, whatever the weight's size; T5's weights start at very different
 * sizes (its own training scaled steps by them, as Adafactor does). These factors do so for the ones that stand out, and
 * were found on the small from-scratch recipe: without them the embedding, whose entries are of size 1, and the language
 * model head, of size 1/sqrt(d_model), cannot both learn at one rate.
 */
public final class LearningRates {
    private static final double EMBEDDING = 0.3;
    private static final double HEAD = 0.5;
    private static final double RELATIVE_BIAS = 5.0;

    private LearningRates() {}

    /** The factor of the parameter of this name in a T5 or a hypernetwork. */
    public static double scale(String parameter, T5Config config) {
        if (parameter.endsWith("shared.weight") || parameter.endsWith(".z")) {
            return EMBEDDING;
        }
        if (parameter.endsWith("lm_head.weight")) {
            return HEAD / Math.sqrt(config.dModel());
        }
        return parameter.endsWith("relative_attention_bias.weight") ? RELATIVE_BIAS : 1.0;
    }
}

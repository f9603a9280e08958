package dev.gatun.nn.peft;

import dev.gatun.nn.t5.PrefixBias;

/**
 * How {@link PrefixTuning} is made.
 *
 * @param length P, how many keys and values each layer gets ({@code num_virtual_tokens})
 * @param encoder whether the encoder gets a prefix
 * @param decoder whether the decoder gets one
 * @param hidden the width of the network that makes the prefix while it is trained ({@code encoder_hidden_size}, with {@code
 *     prefix_projection}); 0 for a prefix that is itself the parameter
 * @param bias what T5's position bias says about it
 * @param slots how the vectors are dealt out to the layers
 */
public record PrefixConfig(
        int length, boolean encoder, boolean decoder, long hidden, PrefixBias bias, PrefixSlots slots) {
    /** Checks that there is something to make. */
    public PrefixConfig {
        if (length < 1 || hidden < 0 || !(encoder || decoder)) {
            throw new IllegalArgumentException("a prefix has a length of at least 1, a hidden width of at least 0 and a"
                    + " stack to go to, not length " + length + ", hidden " + hidden + ", encoder " + encoder
                    + ", decoder " + decoder);
        }
    }

    /** A prefix in both stacks that is itself the parameter, with position bias 0. */
    public static PrefixConfig of(int length) {
        return new PrefixConfig(length, true, true, 0, PrefixBias.ZERO, PrefixSlots.PLAIN);
    }

    /** What PEFT makes for a T5: in the decoder alone, at the positions before the first token, dealt out its way. */
    public static PrefixConfig peft(int length) {
        return new PrefixConfig(length, false, true, 0, PrefixBias.POSITIONS, PrefixSlots.PEFT);
    }

    /** Made by a network with a hidden layer of this width while it is trained. */
    public PrefixConfig reparameterised(long width) {
        return new PrefixConfig(length, encoder, decoder, width, bias, slots);
    }

    /** In these stacks. */
    public PrefixConfig in(boolean theEncoder, boolean theDecoder) {
        return new PrefixConfig(length, theEncoder, theDecoder, hidden, bias, slots);
    }

    /** With this rule of position bias. */
    public PrefixConfig withBias(PrefixBias rule) {
        return new PrefixConfig(length, encoder, decoder, hidden, rule, slots);
    }
}

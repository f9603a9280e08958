package dev.gatun.nn.t5;

/** What T5's relative position bias says about the columns of a {@link T5Prefix}. */
public enum PrefixBias {
    /** Nothing: they have bias 0, as if they had no place. The rule of HART and HINT. */
    ZERO,
    /**
     * They are the P positions just before the first real one. The rule of PEFT's prefix tuning, where the prefix is a
     * decoder's past.
     */
    POSITIONS
}

package dev.gatun.nn.peft;

/** Where in a {@link PrefixEncoder}'s row of 2L vectors each of the L layers finds its key and its value. */
public enum PrefixSlots {
    /** Layer l has vectors 2l and 2l + 1. */
    PLAIN {
        @Override
        int key(int layer, int layers) {
            return 2 * layer;
        }
    },
    /**
     * Layer l has vectors 4l and 4l + 1, modulo 2L: what PEFT does to an encoder-decoder model, for which it doubles the row
     * and deals it out in fours, two for self-attention and two for a cross-attention that takes none. With an even L layers l
     * and l + L/2 share their vectors, and half of the vectors are never used.
     */
    PEFT {
        @Override
        int key(int layer, int layers) {
            return 4 * layer % (2 * layers);
        }
    };

    /** The key's place; the value's is the next one. */
    abstract int key(int layer, int layers);
}

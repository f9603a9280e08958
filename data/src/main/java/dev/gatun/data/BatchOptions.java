package dev.gatun.data;

/**
 * How tasks become token ids.
 *
 * @param mode who reads the demonstrations
 * @param encoding what the demonstrations show
 * @param maxHyper the greatest number of tokens of the hypernetwork's input; of no effect in {@link Mode#IN_CONTEXT}
 * @param maxMain the greatest number of tokens of the main model's source
 * @param maxTarget the greatest number of tokens of a target
 * @param padToMultipleOf widths of batches are rounded up to a multiple of this, at least 1
 */
public record BatchOptions(
        Mode mode, EncodingOptions encoding, int maxHyper, int maxMain, int maxTarget, int padToMultipleOf) {
    /** Who reads the demonstrations. */
    public enum Mode {
        /** The main model, in one source with the query: in-context learning. */
        IN_CONTEXT,
        /** The hypernetwork; the main model reads the query alone. */
        HYPER
    }

    /** The paper's lengths for hypernetworks: 1024 hyper, 384 main, 128 target; definition and two positive examples. */
    public static final BatchOptions HYPER = new BatchOptions(Mode.HYPER, EncodingOptions.DEF_2POS, 1024, 384, 128, 1);

    /** Tk-Instruct's lengths for in-context learning: 1024 source, 128 target; definition and two positive examples. */
    public static final BatchOptions IN_CONTEXT =
            new BatchOptions(Mode.IN_CONTEXT, EncodingOptions.DEF_2POS, 1024, 1024, 128, 1);

    /** Checks the numbers. */
    public BatchOptions {
        if (maxHyper < 1 || maxMain < 1 || maxTarget < 1 || padToMultipleOf < 1) {
            throw new IllegalArgumentException("lengths must be at least 1, got maxHyper " + maxHyper + ", maxMain "
                    + maxMain + ", maxTarget " + maxTarget + ", padToMultipleOf " + padToMultipleOf);
        }
    }

    /**
     * Replaces the lengths.
     *
     * @param hyper the greatest number of tokens of the hypernetwork's input
     * @param main the greatest number of tokens of the main model's source
     * @param target the greatest number of tokens of a target
     * @return a copy
     */
    public BatchOptions withLengths(int hyper, int main, int target) {
        return new BatchOptions(mode, encoding, hyper, main, target, padToMultipleOf);
    }

    /**
     * Replaces what the demonstrations show.
     *
     * @param other the new choice
     * @return a copy
     */
    public BatchOptions withEncoding(EncodingOptions other) {
        return new BatchOptions(mode, other, maxHyper, maxMain, maxTarget, padToMultipleOf);
    }
}

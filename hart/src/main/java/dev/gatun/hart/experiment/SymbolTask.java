package dev.gatun.hart.experiment;

import java.util.Arrays;

/**
 * A task of the miniature: an operation on a string of symbols, and a label map, which says which of four labels opens the
 * result and which of five closes it.
 *
 * <p>Token numbers: 0 padding, 1 end, 2 unknown, 3 arrow, then 12 operations, 20 maps, 8 symbols, 4 opening and 5 closing
 * labels.
 *
 * @param operation what happens to the symbols
 * @param map the label map, below {@link #MAPS}
 */
record SymbolTask(Operation operation, int map) {
    static final int SYMBOLS = 8;
    static final int OPENING = 4;
    static final int MAPS = 20;
    static final long END = 1;
    static final long ARROW = 3;

    private static final int FIRST_OPERATION = 4;
    private static final int FIRST_MAP = FIRST_OPERATION + Operation.values().length;
    private static final int FIRST_SYMBOL = FIRST_MAP + MAPS;
    private static final int FIRST_OPENING = FIRST_SYMBOL + SYMBOLS;
    static final int FIRST_CLOSING = FIRST_OPENING + OPENING;
    static final int VOCABULARY = FIRST_CLOSING + MAPS / OPENING;

    /** A number that no other task has. */
    int number() {
        return operation.ordinal() * MAPS + map;
    }

    /** The tokens that tell the main model which task it is. */
    long[] instruction() {
        return new long[] {FIRST_OPERATION + operation.ordinal(), FIRST_MAP + map};
    }

    /** The tokens of an input string. */
    static long[] input(int[] symbols) {
        return Arrays.stream(symbols).mapToLong(symbol -> FIRST_SYMBOL + symbol).toArray();
    }

    /** The tokens of the output for an input string, without an end. */
    long[] output(int[] symbols) {
        long[] made = input(operation.apply(symbols));
        long[] tokens = new long[made.length + 2];
        tokens[0] = FIRST_OPENING + map % OPENING;
        System.arraycopy(made, 0, tokens, 1, made.length);
        tokens[made.length + 1] = FIRST_CLOSING + map / OPENING;
        return tokens;
    }
}

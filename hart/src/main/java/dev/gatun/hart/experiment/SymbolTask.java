package dev.gatun.hart.experiment;

/**
 * A task of the miniature: an operation on a string of symbols, and a label map, which says in which of four scripts the
 * result is written and which of five closing labels follows it.
 *
 * <p>Token numbers: 0 padding, 1 end, 2 unknown, 3 arrow, then 12 operations, 20 maps, 4 scripts of 8
 * symbols (inputs are in the first), 5 labels.
 *
 * @param operation what happens to the symbols
 * @param map the label map, below {@link #MAPS}
 */
record SymbolTask(Operation operation, int map) {
    static final int SYMBOLS = 8;
    static final int SCRIPTS = 4;
    static final int MAPS = 20;
    static final long END = 1;
    static final long ARROW = 3;

    private static final int FIRST_OPERATION = 4;
    private static final int FIRST_MAP = FIRST_OPERATION + Operation.values().length;
    private static final int FIRST_SYMBOL = FIRST_MAP + MAPS;
    private static final int FIRST_LABEL = FIRST_SYMBOL + SCRIPTS * SYMBOLS;
    static final int VOCABULARY = FIRST_LABEL + MAPS / SCRIPTS;

    /** The tokens that tell the main model which task it is. */
    long[] instruction() {
        return new long[] {FIRST_OPERATION + operation.ordinal(), FIRST_MAP + map};
    }

    /** The tokens of an input string. */
    static long[] input(int[] symbols) {
        return written(symbols, 0, symbols.length);
    }

    /** The tokens of the output for an input string, without an end. */
    long[] output(int[] symbols) {
        int[] made = operation.apply(symbols);
        long[] tokens = written(made, map % SCRIPTS, made.length + 1);
        tokens[made.length] = FIRST_LABEL + map / SCRIPTS;
        return tokens;
    }

    private static long[] written(int[] symbols, int script, int length) {
        long[] tokens = new long[length];
        for (int i = 0; i < symbols.length; i++) {
            tokens[i] = FIRST_SYMBOL + (long) script * SYMBOLS + symbols[i];
        }
        return tokens;
    }
}

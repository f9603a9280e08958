package dev.gatun.hart.experiment;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/** What a task does with the order and number of a string's symbols; each keeps at least three of four or more. */
enum Operation {
    COPY(x -> x),
    REVERSE(x -> pick(x, x.length, i -> x.length - 1 - i)),
    ROTATE_LEFT(x -> pick(x, x.length, i -> (i + 1) % x.length)),
    ROTATE_RIGHT(x -> pick(x, x.length, i -> (i + x.length - 1) % x.length)),
    SWAP_ENDS(x -> pick(x, x.length, i -> i == 0 ? x.length - 1 : i == x.length - 1 ? 0 : i)),
    SWAP_PAIRS(x -> pick(x, x.length, i -> Math.min(i ^ 1, i % 2 == 0 ? x.length - 1 : i))),
    SORT_UP(Operation::sorted),
    SORT_DOWN(x -> REVERSE.apply(sorted(x))),
    DROP_FIRST(x -> Arrays.copyOfRange(x, 1, x.length)),
    DROP_LAST(x -> Arrays.copyOf(x, x.length - 1)),
    DOUBLE_FIRST(x -> pick(x, x.length + 1, i -> Math.max(0, i - 1))),
    DOUBLE_LAST(x -> pick(x, x.length + 1, i -> Math.min(i, x.length - 1)));

    private final UnaryOperator<int[]> body;

    Operation(UnaryOperator<int[]> body) {
        this.body = body;
    }

    /** A new string, or {@code symbols} itself. */
    int[] apply(int[] symbols) {
        return body.apply(symbols);
    }

    private static int[] sorted(int[] symbols) {
        int[] copy = symbols.clone();
        Arrays.sort(copy);
        return copy;
    }

    private static int[] pick(int[] symbols, int length, java.util.function.IntUnaryOperator from) {
        int[] out = new int[length];
        for (int i = 0; i < length; i++) {
            out[i] = symbols[from.applyAsInt(i)];
        }
        return out;
    }
}

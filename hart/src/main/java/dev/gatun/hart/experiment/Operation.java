package dev.gatun.hart.experiment;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * What a task does with a string of symbols. The first five can be told from their outputs alone; of the others, two or
 * three have outputs of one form, and only beside its input does an output say which it is.
 */
enum Operation {
    SORT_UP(Operation::sorted),
    SORT_DOWN(x -> reversed(sorted(x))),
    DOUBLE_FIRST(x -> pick(x, x.length + 1, i -> Math.max(0, i - 1))),
    DOUBLE_LAST(x -> pick(x, x.length + 1, i -> Math.min(i, x.length - 1))),
    FIRST_AGAIN(x -> pick(x, x.length + 1, i -> i % x.length)),
    DROP_FIRST(x -> Arrays.copyOfRange(x, 1, x.length)),
    DROP_LAST(x -> Arrays.copyOf(x, x.length - 1)),
    FIRST_TWO(x -> Arrays.copyOf(x, 2)),
    LAST_TWO(x -> Arrays.copyOfRange(x, x.length - 2, x.length)),
    COPY(x -> x),
    REVERSE(Operation::reversed),
    ROTATE(x -> pick(x, x.length, i -> (i + 1) % x.length));

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

    private static int[] reversed(int[] symbols) {
        return pick(symbols, symbols.length, i -> symbols.length - 1 - i);
    }

    private static int[] pick(int[] symbols, int length, java.util.function.IntUnaryOperator from) {
        int[] out = new int[length];
        for (int i = 0; i < length; i++) {
            out[i] = symbols[from.applyAsInt(i)];
        }
        return out;
    }
}

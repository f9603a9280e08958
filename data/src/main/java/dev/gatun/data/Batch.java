package dev.gatun.data;

import java.util.Arrays;
import java.util.List;

/**
 * A padded batch on the host: B rows, each sequence padded on the right to the longest of its kind.
 *
 * @param tasks the index of each row's task, [B]
 * @param hyperIds the hypernetwork's input, [B, H], padded with 0; [B, 0] if there is none
 * @param hyperMask 1 for a token and 0 for padding, [B, H]
 * @param mainIds the main model's source, [B, S], padded with 0
 * @param mainMask 1 for a token and 0 for padding, [B, S]
 * @param labels the targets, [B, T], padded with {@link #IGNORED}
 */
public record Batch(
        int[] tasks,
        LongMatrix hyperIds,
        LongMatrix hyperMask,
        LongMatrix mainIds,
        LongMatrix mainMask,
        LongMatrix labels) {
    /** The label that the loss leaves out, as Hugging Face and PyTorch's cross-entropy have it. */
    public static final long IGNORED = -100;

    /**
     * Puts rows together.
     *
     * @param examples the rows, in order
     * @param padToMultipleOf widths are rounded up to a multiple of this, at least 1
     * @return a new batch that shares nothing with the rows
     */
    public static Batch of(List<EncodedExample> examples, int padToMultipleOf) {
        List<long[]> hyper = examples.stream().map(EncodedExample::hyper).toList();
        List<long[]> main = examples.stream().map(EncodedExample::main).toList();
        List<long[]> labels = examples.stream().map(EncodedExample::labels).toList();
        return new Batch(
                examples.stream().mapToInt(EncodedExample::task).toArray(),
                LongMatrix.padded(hyper, Tokenizer.PAD, padToMultipleOf),
                mask(hyper, padToMultipleOf),
                LongMatrix.padded(main, Tokenizer.PAD, padToMultipleOf),
                mask(main, padToMultipleOf),
                LongMatrix.padded(labels, IGNORED, padToMultipleOf));
    }

    /**
     * Returns the number of rows.
     *
     * @return B
     */
    public int rows() {
        return tasks.length;
    }

    /**
     * Counts the target tokens that the loss averages over.
     *
     * @return the number of labels other than {@link #IGNORED}
     */
    public long targetTokens() {
        return Arrays.stream(labels.values()).filter(label -> label != IGNORED).count();
    }

    /**
     * Takes some rows out, padded as they are.
     *
     * @param first the first row
     * @param rows how many
     * @return a new batch of copies
     */
    public Batch narrow(int first, int rows) {
        return new Batch(
                Arrays.copyOfRange(tasks, first, first + rows),
                narrow(hyperIds, first, rows),
                narrow(hyperMask, first, rows),
                narrow(mainIds, first, rows),
                narrow(mainMask, first, rows),
                narrow(labels, first, rows));
    }

    private static LongMatrix narrow(LongMatrix matrix, int first, int rows) {
        int columns = matrix.columns();
        return new LongMatrix(
                rows, columns, Arrays.copyOfRange(matrix.values(), first * columns, (first + rows) * columns));
    }

    // Made from the lengths, not from the ids: the id 0 may be a token.
    private static LongMatrix mask(List<long[]> rows, int padToMultipleOf) {
        List<long[]> ones = rows.stream()
                .map(row -> {
                    long[] one = new long[row.length];
                    Arrays.fill(one, 1);
                    return one;
                })
                .toList();
        return LongMatrix.padded(ones, 0, padToMultipleOf);
    }
}

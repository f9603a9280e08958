package dev.gatun.data;

import java.util.Arrays;
import java.util.List;

/**
 * A dense matrix of 64-bit integers on the host, row after row, ready to be copied into an int64 tensor.
 *
 * <p>The array is the matrix itself, not a copy; whoever made the matrix hands it over. Equality is that of the array's
 * identity.
 *
 * @param rows the number of rows
 * @param columns the number of columns, possibly 0
 * @param values the elements, [rows * columns], row-major
 */
public record LongMatrix(int rows, int columns, long[] values) {
    /** Checks the size. */
    public LongMatrix {
        if (values.length != Math.multiplyExact(rows, columns)) {
            throw new IllegalArgumentException(
                    "a matrix of shape [" + rows + ", " + columns + "] cannot have " + values.length + " elements");
        }
    }

    /**
     * Lines up rows of different lengths on the left and fills the rest.
     *
     * @param rows the rows
     * @param fill the value of the columns that a row lacks
     * @param multipleOf the number of columns is that of the longest row, rounded up to a multiple of this
     * @return a new matrix [rows.size(), columns]
     */
    public static LongMatrix padded(List<long[]> rows, long fill, int multipleOf) {
        int longest = rows.stream().mapToInt(row -> row.length).max().orElse(0);
        int columns = Math.ceilDiv(longest, multipleOf) * multipleOf;
        long[] values = new long[rows.size() * columns];
        for (int r = 0; r < rows.size(); r++) {
            long[] row = rows.get(r);
            System.arraycopy(row, 0, values, r * columns, row.length);
            Arrays.fill(values, r * columns + row.length, (r + 1) * columns, fill);
        }
        return new LongMatrix(rows.size(), columns, values);
    }

    /**
     * Returns one element.
     *
     * @param row the row, from 0
     * @param column the column, from 0
     * @return the element
     */
    public long get(int row, int column) {
        return values[row * columns + column];
    }

    /**
     * Returns one row.
     *
     * @param row the row, from 0
     * @return a new array [columns]
     */
    public long[] row(int row) {
        return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
    }
}

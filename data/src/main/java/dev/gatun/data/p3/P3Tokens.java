package dev.gatun.data.p3;

import dev.gatun.data.TokenCache;
import dev.gatun.data.TokenFile;
import dev.gatun.data.Tokenizer;
import java.util.List;

/**
 * A task's rows as ids, from the cache. Each row has two fields, input and target, without end-of-sequence ids and uncut.
 *
 * @param task the task
 * @param file the ids; closed with this
 */
public record P3Tokens(P3Task task, TokenFile file) implements AutoCloseable {
    /** The field of the input. */
    static final int INPUT = 0;

    /** The field of the target. */
    static final int TARGET = 1;

    /**
     * Opens a task, encoding it first if the cache does not hold it yet.
     *
     * @param source where the rows are
     * @param task the task
     * @param split the split, usually {@code train}
     * @param tokenizer the tokenizer
     * @param cache the cache
     * @return the ids, which the caller closes
     */
    public static P3Tokens open(P3Source source, P3Task task, String split, Tokenizer tokenizer, TokenCache cache) {
        String key = cache.key(tokenizer, "p3 input target", task.config(), source.content(task, split, cache));
        return new P3Tokens(
                task,
                cache.open(
                        task.config() + "-" + split,
                        key,
                        2,
                        tokenizer.vocabSize(),
                        writer -> source.read(task, split, row -> {
                            writer.add(tokenizer.encode(row.inputs()));
                            writer.add(tokenizer.encode(row.target()));
                        })));
    }

    /**
     * Opens several tasks, on all processors.
     *
     * @param source where the rows are
     * @param tasks the tasks
     * @param split the split, usually {@code train}
     * @param tokenizer the tokenizer
     * @param cache the cache
     * @return the tasks' ids in order, which the caller closes
     */
    public static List<P3Tokens> openAll(
            P3Source source, List<P3Task> tasks, String split, Tokenizer tokenizer, TokenCache cache) {
        return tasks.parallelStream()
                .map(task -> open(source, task, split, tokenizer, cache))
                .toList();
    }

    /**
     * Returns the number of rows.
     *
     * @return the number of rows
     */
    public int rows() {
        return file.rows();
    }

    /**
     * Reads an input.
     *
     * @param row the row
     * @return a new array of ids, without an end-of-sequence id
     */
    public long[] input(int row) {
        return file.get(row, INPUT);
    }

    /**
     * Reads a target.
     *
     * @param row the row
     * @return a new array of ids, without an end-of-sequence id
     */
    public long[] target(int row) {
        return file.get(row, TARGET);
    }

    /**
     * Measures the inputs.
     *
     * @return the mean number of ids of an input, without end-of-sequence ids; 0 if there is no row
     */
    public double meanInput() {
        long sum = 0;
        for (int row = 0; row < rows(); row++) {
            sum += file.length(row, INPUT);
        }
        return rows() == 0 ? 0 : (double) sum / rows();
    }

    @Override
    public void close() {
        file.close();
    }
}

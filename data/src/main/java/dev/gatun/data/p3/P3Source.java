package dev.gatun.data.p3;

import dev.gatun.data.DataException;
import dev.gatun.data.TokenCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Where rows of P3 come from. May be used by several threads at once. */
public interface P3Source {
    /**
     * Opens a folder: of JSON lines ({@link P3Rows#read}) if it holds any {@code .jsonl} file, else of the hub's Parquet files
     * ({@link P3Parquet#open}).
     *
     * @param folder the folder
     * @return its rows
     * @throws DataException if it cannot be read or has neither
     */
    static P3Source open(Path folder) {
        try (Stream<Path> files = Files.walk(folder, 2)) {
            return files.anyMatch(file -> file.toString().endsWith(".jsonl"))
                    ? P3Rows.read(folder)
                    : P3Parquet.open(folder);
        } catch (IOException e) {
            throw new DataException(folder + ": cannot be read (" + e + "); expected a folder with P3's data", e);
        }
    }

    /**
     * Lists the tasks that have a split.
     *
     * @param split such as {@code train} or {@code validation}
     * @return the tasks in a fixed order
     */
    List<P3Task> tasks(String split);

    /**
     * Reads a task's rows in order. Rows of a {@code score_eval} task come grouped, one for each example.
     *
     * @param task one of {@link #tasks}
     * @param split the split
     * @param each takes the rows
     * @throws DataException if the data is not what it should be; the message names the file and what was expected
     */
    void read(P3Task task, String split, Consumer<P3Row> each);

    /**
     * Hashes a task's data, for the key of a cache.
     *
     * @param task one of {@link #tasks}
     * @param split the split
     * @param cache remembers the hashes of files
     * @return a text that changes with the data
     */
    String content(P3Task task, String split, TokenCache cache);
}

package dev.gatun.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A list of task names, such as {@code splits/default/train_tasks.txt} of allenai/natural-instructions: one name a line,
 * without {@code .json}.
 *
 * @param where the file or resource that it comes from, for messages
 * @param tasks the names in the list's order, without repetition
 */
public record SniSplit(String where, List<String> tasks) {
    /** Copies the list. */
    public SniSplit {
        tasks = List.copyOf(tasks);
    }

    /**
     * Reads a split file; blank lines are skipped and repeated names kept once.
     *
     * @param file the text file
     * @return the split
     * @throws DataException if the file cannot be read or names no task
     */
    public static SniSplit read(Path file) {
        try {
            return parse(Files.readString(file, StandardCharsets.UTF_8), file.toString());
        } catch (NoSuchFileException e) {
            throw new DataException(
                    file + ": no such split file; expected a text file with one task name a line, such as"
                            + " splits/default/train_tasks.txt",
                    e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e + "); expected one task name a line", e);
        }
    }

    static SniSplit parse(String text, String where) {
        Set<String> names = new LinkedHashSet<>();
        text.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(names::add);
        if (names.isEmpty()) {
            throw new DataException(where + ": names no task; expected one task name a line");
        }
        return new SniSplit(where, new ArrayList<>(names));
    }

    /**
     * Reads the split's tasks from a folder.
     *
     * @param folder the folder with a {@code NAME.json} for every name of the split, such as {@code tasks/}
     * @return the tasks in the split's order
     * @throws DataException if a task's file is missing (the message says how many are, and names the first) or is not an
     *     S-NI task
     */
    public List<SniTask> load(Path folder) {
        List<String> missing = tasks.stream()
                .filter(name -> !Files.isRegularFile(folder.resolve(name + ".json")))
                .toList();
        if (!missing.isEmpty()) {
            throw new DataException(where + ": names the task " + missing.getFirst() + ", but " + folder
                    + " has no such file (" + missing.size() + " of " + tasks.size()
                    + " missing); check the folder, or take the name out of the split");
        }
        return tasks.stream()
                .map(name -> SniTask.read(folder.resolve(name + ".json")))
                .toList();
    }
}

package dev.gatun.data.p3;

import dev.gatun.data.DataException;
import dev.gatun.data.internal.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which datasets are short enough to train on: those whose inputs have, in the mean over their templates, fewer tokens than a limit. A
 * list can be published as a file and used instead of measuring again.
 *
 * @param limit the limit, 320 in the paper
 * @param entries the datasets
 */
public record P3LengthList(double limit, List<Entry> entries) {
    /** The paper's limit. */
    public static final double PAPER = 320;

    private static final String HEADER = "dataset\ttemplates\trows\tmean_input_tokens\tkept";

    /** Copies the list. */
    public P3LengthList {
        entries = List.copyOf(entries);
    }

    /**
     * A dataset's length.
     *
     * @param dataset the dataset
     * @param templates the number of its templates
     * @param rows the number of rows of all templates together
     * @param meanTokens the mean over templates of the mean number of tokens of an input
     */
    public record Entry(String dataset, int templates, long rows, double meanTokens) {}

    /**
     * Measures tasks.
     *
     * @param tasks the tasks
     * @param limit the limit, such as {@link #PAPER}
     * @return the list, datasets in the order of first appearance
     */
    public static P3LengthList of(List<P3Tokens> tasks, double limit) {
        Map<String, List<P3Tokens>> datasets = new LinkedHashMap<>();
        tasks.forEach(task -> datasets.computeIfAbsent(task.task().dataset(), _ -> new ArrayList<>())
                .add(task));
        List<Entry> entries = new ArrayList<>();
        datasets.forEach((dataset, templates) -> entries.add(new Entry(
                dataset,
                templates.size(),
                templates.stream().mapToLong(P3Tokens::rows).sum(),
                templates.stream().mapToDouble(P3Tokens::meanInput).average().orElseThrow())));
        return new P3LengthList(limit, entries);
    }

    /**
     * Tells whether a dataset is short enough.
     *
     * @param dataset the dataset
     * @return true if the list has it with a mean below the limit
     */
    public boolean keeps(String dataset) {
        return entries.stream().anyMatch(entry -> entry.dataset().equals(dataset) && entry.meanTokens() < limit);
    }

    /**
     * Writes the list as tab-separated values, all or nothing.
     *
     * @param file the file; replaced if it exists
     * @throws DataException if it cannot be written
     */
    public void write(Path file) {
        StringBuilder text = new StringBuilder("# limit " + limit + "\n" + HEADER + "\n");
        for (Entry entry : entries) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s\t%d\t%d\t%.2f\t%s\n",
                    entry.dataset(),
                    entry.templates(),
                    entry.rows(),
                    entry.meanTokens(),
                    entry.meanTokens() < limit ? "yes" : "no"));
        }
        try {
            AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new DataException(file + ": cannot be written (" + e + "); check the folder and the free space", e);
        }
    }

    /**
     * Reads a list that {@link #write} wrote.
     *
     * @param file the file
     * @return the list; means are rounded to two places
     * @throws DataException if it cannot be read or is no such list
     */
    public static P3LengthList read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e + "); expected a list of P3 datasets", e);
        }
        if (lines.size() < 2
                || !lines.get(0).startsWith("# limit ")
                || !lines.get(1).equals(HEADER)) {
            throw new DataException(file + ": not a list of P3 datasets; expected the lines \"# limit 320.0\" and \""
                    + HEADER + "\" at its head");
        }
        List<Entry> entries = new ArrayList<>();
        for (int i = 2; i < lines.size(); i++) {
            String[] cells = lines.get(i).split("\t");
            try {
                entries.add(new Entry(
                        cells[0], Integer.parseInt(cells[1]), Long.parseLong(cells[2]), Double.parseDouble(cells[3])));
            } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
                throw new DataException(
                        file + ":" + (i + 1) + ": expected the columns " + HEADER.replace('\t', ' '), e);
            }
        }
        try {
            return new P3LengthList(Double.parseDouble(lines.getFirst().substring("# limit ".length())), entries);
        } catch (NumberFormatException e) {
            throw new DataException(file + ":1: the limit is no number; expected \"# limit 320.0\"", e);
        }
    }
}

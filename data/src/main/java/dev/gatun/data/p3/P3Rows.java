package dev.gatun.data.p3;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gatun.data.DataException;
import dev.gatun.data.TokenCache;
import dev.gatun.data.internal.ContentHash;
import dev.gatun.data.internal.JsonLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Rows of P3 in memory, usually from JSON lines.
 *
 * <p>A line has {@code inputs_pretokenized} and {@code targets_pretokenized}, perhaps {@code answer_choices}, and says which task it
 * belongs to: {@code dataset} (and {@code subset}) with {@code template}, or {@code task}, the name of the hub's configuration.
 * Lines of {@code score_eval} tasks have {@code idx} and {@code is_correct}.
 */
public final class P3Rows implements P3Source {
    private static final String EXPECTED = "{\"inputs_pretokenized\": string, \"targets_pretokenized\": string} with"
            + " \"dataset\" and \"template\" or \"task\", and perhaps \"answer_choices\": [strings]";

    private final Map<String, Map<P3Task, List<P3Row>>> splits;

    /**
     * Keeps rows.
     *
     * @param splits by split and task the rows
     */
    public P3Rows(Map<String, Map<P3Task, List<P3Row>>> splits) {
        Map<String, Map<P3Task, List<P3Row>>> copy = new LinkedHashMap<>();
        splits.forEach((split, tasks) -> {
            Map<P3Task, List<P3Row>> rows = new LinkedHashMap<>();
            tasks.forEach((task, list) -> rows.put(task, List.copyOf(list)));
            copy.put(split, rows);
        });
        this.splits = copy;
    }

    /**
     * Reads a folder with a folder of {@code .jsonl} files for each split: {@code train/NAME.jsonl},
     * {@code validation/NAME.jsonl}. Files are read in the order of their names.
     *
     * @param folder the folder
     * @return all its rows
     * @throws DataException if it cannot be read or a line is broken
     */
    public static P3Rows read(Path folder) {
        Builder builder = new Builder();
        try (Stream<Path> files = Files.walk(folder, 2)) {
            files.filter(file -> file.toString().endsWith(".jsonl")).sorted().forEach(file -> {
                if (file.getParent().equals(folder)) {
                    throw new DataException(file + ": lies in no split's folder; expected "
                            + folder.resolve("train").resolve(file.getFileName()) + " or the like");
                }
                builder.begin(file.getParent().getFileName().toString());
                JsonLines.read(file, EXPECTED, builder::add);
                builder.end();
            });
        } catch (IOException e) {
            throw new DataException(folder + ": cannot be read (" + e + "); expected a folder with P3's data", e);
        }
        return builder.build();
    }

    @Override
    public List<P3Task> tasks(String split) {
        return List.copyOf(splits.getOrDefault(split, Map.of()).keySet());
    }

    @Override
    public void read(P3Task task, String split, Consumer<P3Row> each) {
        rows(task, split).forEach(each);
    }

    /**
     * Returns a task's rows.
     *
     * @param task one of {@link #tasks}
     * @param split the split
     * @return the rows, unmodifiable
     */
    public List<P3Row> rows(P3Task task, String split) {
        List<P3Row> rows = splits.getOrDefault(split, Map.of()).get(task);
        if (rows == null) {
            throw new DataException("there is no split " + split + " of the P3 task " + task.config());
        }
        return rows;
    }

    @Override
    public String content(P3Task task, String split, TokenCache cache) {
        ContentHash hash = new ContentHash();
        rows(task, split).forEach(row -> hash.add(row.inputs()).add(row.target()));
        return hash.hex();
    }

    /** Collects lines. */
    static final class Builder {
        private final Map<String, Map<P3Task, List<P3Row>>> splits = new LinkedHashMap<>();
        private Map<P3Task, List<P3Row>> tasks;
        private P3Task grouped;
        private ChoiceGroups groups;

        void begin(String split) {
            tasks = splits.computeIfAbsent(split, _ -> new LinkedHashMap<>());
        }

        void add(JsonNode line, String where) {
            P3Task task = task(line, where);
            List<P3Row> rows = tasks.computeIfAbsent(task, _ -> new ArrayList<>());
            String inputs = JsonLines.text(line, "inputs_pretokenized", where, EXPECTED);
            String target = JsonLines.text(line, "targets_pretokenized", where, EXPECTED);
            if (!task.equals(grouped)) {
                end();
            }
            if (line.has("is_correct")) {
                if (groups == null) {
                    grouped = task;
                    groups = new ChoiceGroups(where, rows::add);
                }
                if (!line.path("idx").path(0).isIntegralNumber()) {
                    throw new DataException(
                            where + ": \"idx\" is missing; expected [example, choice] beside \"is_correct\"");
                }
                groups.add(
                        line.get("idx").get(0).longValue(),
                        inputs,
                        target,
                        line.get("is_correct").booleanValue());
                return;
            }
            List<String> choices = new ArrayList<>();
            for (JsonNode choice : line.path("answer_choices")) {
                if (!choice.isTextual()) {
                    throw new DataException(
                            where + ": \"answer_choices\" is not a list of strings; expected " + EXPECTED);
                }
                choices.add(choice.textValue());
            }
            rows.add(new P3Row(inputs, target, choices));
        }

        void end() {
            if (groups != null) {
                groups.end();
                groups = null;
                grouped = null;
            }
        }

        P3Rows build() {
            return new P3Rows(splits);
        }

        private static P3Task task(JsonNode line, String where) {
            if (!line.has("dataset") || !line.has("template")) {
                return P3Catalog.task(JsonLines.text(line, "task", where, EXPECTED));
            }
            String subset = line.path("subset").asText("");
            String dataset = P3Task.spelling(JsonLines.text(line, "dataset", where, EXPECTED)
                    + (subset.isEmpty() || subset.equals("null") ? "" : "_" + subset));
            String template = P3Task.spelling(JsonLines.text(line, "template", where, EXPECTED));
            return new P3Task(dataset + "_" + template, dataset, template);
        }
    }
}

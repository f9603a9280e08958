package dev.gatun.data.p3;

import dev.gatun.data.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What P3 has, and what T0 does with it: the 544 tasks of the hub (not counting the {@code score_eval} twins of 116), which of their
 * datasets T0 trains on, and which tasks it is evaluated on.
 */
public final class P3Catalog {
    private static final Map<String, Entry> ENTRIES = load();
    private static final Map<String, Training> DATASETS = ENTRIES.values().stream()
            .collect(Collectors.toMap(entry -> entry.task.dataset(), Entry::training, (a, _) -> a));

    /** Which of T0's models is the first to train on a dataset. */
    public enum Training {
        /** T0: the datasets of multi-task prompted training proper. */
        T0,
        /** T0+: also GPT-3's evaluation datasets. */
        T0_PLUS,
        /** T0++: also SuperGLUE's datasets. */
        T0_PLUS_PLUS,
        /** None. */
        NONE
    }

    /**
     * A task of the catalog.
     *
     * @param task the task
     * @param training which of T0's models is the first to train on its dataset
     * @param evaluation whether T0 is evaluated on it: an original-task template of one of the eleven evaluation datasets
     * @param trainRows the number of rows of its training split
     */
    public record Entry(P3Task task, Training training, boolean evaluation, int trainRows) {}

    private P3Catalog() {}

    /**
     * Lists the catalog.
     *
     * @return all tasks by the names of their configurations, unmodifiable
     */
    public static Map<String, Entry> entries() {
        return ENTRIES;
    }

    /**
     * Finds a task by the name of its configuration.
     *
     * @param config the hub's name, with or without {@code _score_eval}
     * @return the task; of a configuration that the catalog lacks a task whose dataset has that name
     */
    public static P3Task task(String config) {
        String plain = config.endsWith(P3Task.SCORE_EVAL)
                ? config.substring(0, config.length() - P3Task.SCORE_EVAL.length())
                : config;
        Entry known = ENTRIES.get(plain);
        return known == null
                ? new P3Task(config, plain, "")
                : new P3Task(config, known.task.dataset(), known.task.template());
    }

    /**
     * Picks the tasks to train on: those of T0's datasets, and those of datasets that the catalog does not know, which are the
     * user's own. Tasks with a row for each choice are left out.
     *
     * @param tasks the tasks that there are
     * @param model the model whose list counts; {@link Training#NONE} for the user's own alone
     * @return the training tasks in order
     */
    public static List<P3Task> training(Collection<P3Task> tasks, Training model) {
        return tasks.stream()
                .filter(task -> !task.scoreEval())
                .filter(task -> {
                    Training first = DATASETS.get(task.dataset());
                    return first == null || first != Training.NONE && first.compareTo(model) <= 0;
                })
                .toList();
    }

    /**
     * Picks the tasks to evaluate on: the original-task templates of ANLI, HellaSwag, CB, COPA, RTE, WiC, WSC and Winogrande. Of
     * a task that is there with {@code answer_choices} and as {@code score_eval}, the former.
     *
     * @param tasks the tasks that there are
     * @return the evaluation tasks in order
     */
    public static List<P3Task> evaluation(Collection<P3Task> tasks) {
        Map<String, P3Task> chosen = new LinkedHashMap<>();
        Set<String> wanted = ENTRIES.values().stream()
                .filter(Entry::evaluation)
                .map(entry -> key(entry.task))
                .collect(Collectors.toSet());
        tasks.stream()
                .filter(task -> wanted.contains(key(task)))
                .forEach(task -> chosen.merge(key(task), task, (a, b) -> a.scoreEval() ? b : a));
        return List.copyOf(chosen.values());
    }

    /**
     * Checks that no dataset is trained and evaluated on.
     *
     * @param training the training tasks
     * @param evaluation the evaluation tasks
     * @throws DataException if a dataset is in both
     */
    public static void checkDisjoint(Collection<P3Task> training, Collection<P3Task> evaluation) {
        Set<String> trained = training.stream().map(P3Task::dataset).collect(Collectors.toSet());
        evaluation.stream()
                .map(P3Task::dataset)
                .filter(trained::contains)
                .findFirst()
                .ifPresent(dataset -> {
                    throw new DataException(
                            "the dataset " + dataset
                                    + " is trained and evaluated on; leave it out of one of them, or its scores are not those of an unseen task");
                });
    }

    private static String key(P3Task task) {
        return task.dataset() + "/" + task.template();
    }

    private static Map<String, Entry> load() {
        Map<String, Entry> entries = new LinkedHashMap<>();
        try (InputStream in = P3Catalog.class.getResourceAsStream("/dev/gatun/data/p3/catalog.tsv")) {
            if (in == null) {
                throw new DataException(
                        "the bundled p3/catalog.tsv is missing; the gatun-data jar is incomplete, build it again");
            }
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.split("\t"))
                    .forEach(cells -> entries.put(
                            cells[0],
                            new Entry(
                                    new P3Task(cells[0], cells[1], cells[2]),
                                    switch (cells[3]) {
                                        case "T0" -> Training.T0;
                                        case "T0+" -> Training.T0_PLUS;
                                        case "T0++" -> Training.T0_PLUS_PLUS;
                                        default -> Training.NONE;
                                    },
                                    cells[4].equals("yes"),
                                    Integer.parseInt(cells[5]))));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the bundled p3/catalog.tsv", e);
        }
        return Collections.unmodifiableMap(entries);
    }
}

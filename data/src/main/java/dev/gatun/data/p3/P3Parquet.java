package dev.gatun.data.p3;

import dev.gatun.data.DataException;
import dev.gatun.data.TokenCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * P3 as the hub keeps it: {@code FOLDER/CONFIG/SPLIT-00000-of-00002.parquet}. Rows are read as a stream, by DuckDB.
 *
 * <p>Needed are the columns {@code inputs_pretokenized} and {@code targets_pretokenized}; {@code answer_choices} is used where it
 * is there; configurations that end in {@code _score_eval} have {@code idx} and {@code is_correct} instead. The ids that the
 * files hold ({@code inputs}, {@code targets}) are not used: texts are encoded with the run's own tokenizer.
 */
public final class P3Parquet implements P3Source {
    private static final String URL = "jdbc:duckdb:";
    private static final Pattern PART = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.parquet");
    private static final String EXPECTED =
            "expected P3's layout: a Parquet file with the columns inputs_pretokenized and"
                    + " targets_pretokenized, and answer_choices or, in a score_eval configuration, idx and is_correct";

    private final Map<String, Map<String, List<Path>>> files;

    private P3Parquet(Map<String, Map<String, List<Path>>> files) {
        this.files = files;
    }

    /**
     * Lists the files of a folder.
     *
     * @param folder the folder, with a folder for every configuration
     * @return its tasks; named by {@link P3Catalog#task}
     * @throws DataException if it cannot be read, has no such file, or a part of a split is missing
     */
    public static P3Parquet open(Path folder) {
        Map<String, Map<String, List<Path>>> found = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(folder, 2)) {
            walk.sorted().forEach(file -> {
                Matcher part = PART.matcher(file.getFileName().toString());
                if (part.matches() && !file.getParent().equals(folder)) {
                    found.computeIfAbsent(file.getParent().getFileName().toString(), _ -> new TreeMap<>())
                            .computeIfAbsent(part.group(1), _ -> new ArrayList<>())
                            .add(file);
                }
            });
        } catch (IOException e) {
            throw new DataException(folder + ": cannot be read (" + e + "); expected a folder with P3's data", e);
        }
        if (found.isEmpty()) {
            throw new DataException(folder + ": has no P3 data; expected files such as"
                    + " CONFIG/train-00000-of-00001.parquet or train/NAME.jsonl");
        }
        found.values().forEach(splits -> splits.values().forEach(P3Parquet::checkComplete));
        return new P3Parquet(found);
    }

    private static void checkComplete(List<Path> parts) {
        Matcher last = PART.matcher(parts.getLast().getFileName().toString());
        if (last.matches() && Integer.parseInt(last.group(3)) != parts.size()) {
            throw new DataException(parts.getFirst().getParent() + ": has " + parts.size() + " of the "
                    + Integer.parseInt(last.group(3)) + " parts of " + last.group(1) + "; fetch the missing ones");
        }
    }

    @Override
    public List<P3Task> tasks(String split) {
        return files.entrySet().stream()
                .filter(entry -> entry.getValue().containsKey(split))
                .map(entry -> P3Catalog.task(entry.getKey()))
                .toList();
    }

    @Override
    public String content(P3Task task, String split, TokenCache cache) {
        return parts(task, split).stream().map(cache::contentOf).collect(Collectors.joining(" "));
    }

    @Override
    public void read(P3Task task, String split, Consumer<P3Row> each) {
        for (Path file : parts(task, split)) {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                read(task, file, statement, each);
            } catch (SQLException e) {
                throw new DataException(
                        file + ": cannot be read as Parquet (" + e.getMessage().strip() + "); " + EXPECTED
                                + "; fetch the file again",
                        e);
            }
        }
    }

    private List<Path> parts(P3Task task, String split) {
        List<Path> parts = files.getOrDefault(task.config(), Map.of()).get(split);
        if (parts == null) {
            throw new DataException("there is no split " + split + " of the P3 task " + task.config() + "; there are "
                    + files.getOrDefault(task.config(), Map.of()).keySet());
        }
        return parts;
    }

    private static void requireDuckDb() {
        try {
            DriverManager.getDriver(URL);
        } catch (SQLException e) {
            throw new DataException(
                    "Parquet files are read by DuckDB, which is not on the class path: add org.duckdb:duckdb_jdbc; the"
                            + " portable bundle is made without it, so run this in the project",
                    e);
        }
    }

    private static Connection connect() throws SQLException {
        Properties options = new Properties();
        // Nothing is fetched behind the user's back: what Parquet needs is built in.
        options.setProperty("autoinstall_known_extensions", "false");
        options.setProperty("autoload_known_extensions", "false");
        // One thread of its own keeps the rows in the file's order at no cost; callers read several files at once.
        options.setProperty("threads", "1");
        options.setProperty("jdbc_stream_results", "true");
        requireDuckDb();
        return DriverManager.getConnection(URL, options);
    }

    private static void read(P3Task task, Path file, Statement statement, Consumer<P3Row> each) throws SQLException {
        String from = " FROM read_parquet('" + file.toString().replace("'", "''") + "')";
        Set<String> columns = new HashSet<>();
        try (ResultSet description = statement.executeQuery("DESCRIBE SELECT *" + from)) {
            while (description.next()) {
                columns.add(description.getString(1));
            }
        }
        boolean withChoices = columns.contains("answer_choices");
        List<String> wanted = task.scoreEval()
                ? List.of("inputs_pretokenized", "targets_pretokenized", "idx", "is_correct")
                : withChoices
                        ? List.of("inputs_pretokenized", "targets_pretokenized", "answer_choices")
                        : List.of("inputs_pretokenized", "targets_pretokenized");
        for (String column : wanted) {
            if (!columns.contains(column)) {
                throw new DataException(file + ": has no column " + column + " but " + columns + "; " + EXPECTED);
            }
        }
        ChoiceGroups groups = new ChoiceGroups(file.toString(), each);
        try (ResultSet rows = statement.executeQuery("SELECT " + String.join(", ", wanted) + from)) {
            for (long number = 1; rows.next(); number++) {
                String where = file + ", row " + number;
                String inputs = text(rows, 1, where);
                String target = text(rows, 2, where);
                if (task.scoreEval()) {
                    Object[] index = array(rows, 3, where);
                    groups.add(((Number) index[0]).longValue(), inputs, target, rows.getBoolean(4));
                } else {
                    each.accept(new P3Row(inputs, target, withChoices ? choices(rows, where) : List.of()));
                }
            }
        }
        groups.end();
    }

    private static String text(ResultSet rows, int column, String where) throws SQLException {
        String text = rows.getString(column);
        if (text == null) {
            throw new DataException(where + ": a text is missing (null); " + EXPECTED);
        }
        return text;
    }

    private static List<String> choices(ResultSet rows, String where) throws SQLException {
        return rows.getObject(3) == null
                ? List.of()
                : Arrays.stream(array(rows, 3, where)).map(String::valueOf).toList();
    }

    private static Object[] array(ResultSet rows, int column, String where) throws SQLException {
        if (rows.getObject(column) instanceof java.sql.Array list
                && list.getArray() instanceof Object[] elements
                && elements.length > 0) {
            return elements;
        }
        throw new DataException(where + ": column " + rows.getMetaData().getColumnName(column)
                + " is not a list with elements; " + EXPECTED);
    }
}

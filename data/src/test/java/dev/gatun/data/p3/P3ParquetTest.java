package dev.gatun.data.p3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.data.DataException;
import dev.gatun.data.TokenCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hub's layout, written by DuckDB itself. */
class P3ParquetTest {
    private static final String CB = "super_glue_cb_can_we_infer";

    @TempDir
    private Path folder;

    private Path write(String config, String name, String query) throws SQLException, IOException {
        Path file = folder.resolve(config).resolve(name);
        Files.createDirectories(file.getParent());
        try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + file + "' (FORMAT PARQUET)");
        }
        return file;
    }

    private static String rows(int from, int to) {
        return "SELECT [i, 1]::INTEGER[] AS inputs, 'question ' || i || chr(10) || 'ü' AS inputs_pretokenized,"
                + " [5, 1]::INTEGER[] AS targets, chr(10) || ' Yes ' AS targets_pretokenized,"
                + " ['Yes', 'No', ' Maybe'] AS answer_choices FROM range(" + from + ", " + to + ") t(i)";
    }

    private List<P3Row> read(String config, String split) {
        P3Source source = P3Source.open(folder);
        List<P3Row> rows = new ArrayList<>();
        source.read(P3Catalog.task(config), split, rows::add);
        return rows;
    }

    @Test
    void readsAllPartsInOrder() throws Exception {
        write(CB, "train-00000-of-00002.parquet", rows(0, 5000));
        write(CB, "train-00001-of-00002.parquet", rows(5000, 5003));
        write(CB, "validation-00000-of-00001.parquet", rows(0, 2));
        List<P3Row> rows = read(CB, "train");
        assertThat(rows).hasSize(5003);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(rows.get(i).inputs()).isEqualTo("question " + i + "\nü");
        }
        assertThat(rows.getLast().target()).isEqualTo("Yes");
        assertThat(rows.getLast().choices()).containsExactly("Yes", "No", "Maybe");
        assertThat(rows.getLast().correct()).isZero();
        P3Source source = P3Source.open(folder);
        assertThat(source.tasks("train")).containsExactly(new P3Task(CB, "super_glue_cb", "can_we_infer"));
        assertThat(source.tasks("test")).isEmpty();
        TokenCache cache = new TokenCache(folder.resolve("cache"));
        P3Task task = source.tasks("train").getFirst();
        String before = source.content(task, "train", cache);
        write(CB, "train-00001-of-00002.parquet", rows(5000, 5004));
        assertThat(source.content(task, "train", cache)).isNotEqualTo(before);
    }

    @Test
    void readsTasksWithoutChoices() throws Exception {
        write(
                "gigaword_TLDR",
                "train-00000-of-00001.parquet",
                "SELECT 'long text' AS inputs_pretokenized, ' short' AS targets_pretokenized");
        assertThat(read("gigaword_TLDR", "train")).containsExactly(new P3Row("long text", "short", List.of()));
    }

    @Test
    void groupsTheRowsOfScoreEval() throws Exception {
        String config = CB + "_score_eval";
        write(
                config,
                "validation-00000-of-00001.parquet",
                "SELECT [i // 3, i % 3]::INTEGER[] AS idx, 'q' || (i // 3) AS inputs_pretokenized,"
                        + " ['Yes', 'No', 'Maybe'][i % 3 + 1] AS targets_pretokenized, i % 3 = i // 3 AS is_correct,"
                        + " 1.0::FLOAT AS weight FROM range(6) t(i)");
        assertThat(P3Source.open(folder).tasks("validation"))
                .containsExactly(new P3Task(config, "super_glue_cb", "can_we_infer"));
        assertThat(read(config, "validation"))
                .containsExactly(
                        new P3Row("q0", "Yes", List.of("Yes", "No", "Maybe")),
                        new P3Row("q1", "No", List.of("Yes", "No", "Maybe")));
        write(
                config,
                "validation-00000-of-00001.parquet",
                "SELECT [0, 0]::INTEGER[] AS idx, 'q' AS inputs_pretokenized, 'a' AS targets_pretokenized, false AS is_correct");
        assertThatThrownBy(() -> read(config, "validation")).hasMessageContaining("no choice of example 0");
    }

    @Test
    void aTruncatedFileIsNamed() throws Exception {
        Path file = write(CB, "train-00000-of-00001.parquet", rows(0, 5000));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> read(CB, "train"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("cannot be read as Parquet")
                .hasMessageContaining("expected P3's layout");
        // The end is whole, the middle is not.
        byte[] holes = bytes.clone();
        Arrays.fill(holes, 100, bytes.length / 2, (byte) 0x55);
        Files.write(file, holes);
        assertThatThrownBy(() -> read(CB, "train"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aMissingColumnIsNamed() throws Exception {
        write(CB, "train-00000-of-00001.parquet", "SELECT 'x' AS inputs_pretokenized, 'y' AS targets");
        assertThatThrownBy(() -> read(CB, "train"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has no column targets_pretokenized")
                .hasMessageContaining("train-00000-of-00001.parquet");
        write(CB, "train-00000-of-00001.parquet", "SELECT 'x' AS inputs_pretokenized, NULL AS targets_pretokenized");
        assertThatThrownBy(() -> read(CB, "train")).hasMessageContaining("row 1: a text is missing");
        write(
                CB,
                "train-00000-of-00001.parquet",
                "SELECT 'x' AS inputs_pretokenized, 'y' AS targets_pretokenized, 'z' AS answer_choices");
        assertThatThrownBy(() -> read(CB, "train")).hasMessageContaining("answer_choices is not a list");
    }

    @Test
    void missingPartsAndEmptyFoldersAreRefused() throws Exception {
        assertThatThrownBy(() -> P3Source.open(folder)).hasMessageContaining("has no P3 data");
        write(CB, "train-00001-of-00003.parquet", rows(0, 1));
        assertThatThrownBy(() -> P3Source.open(folder))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("1 of the 3 parts of train");
        assertThatThrownBy(() -> P3Source.open(folder.resolve("nowhere"))).isInstanceOf(DataException.class);
    }
}

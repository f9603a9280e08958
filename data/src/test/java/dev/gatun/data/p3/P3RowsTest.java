package dev.gatun.data.p3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class P3RowsTest {
    @TempDir
    private Path folder;

    private P3Rows read(String lines) throws IOException {
        Files.createDirectories(folder.resolve("train"));
        Files.writeString(folder.resolve("train/some.jsonl"), lines);
        return P3Rows.read(folder);
    }

    @Test
    void readsTheNamesOfTasksInAllForms() throws IOException {
        P3Rows rows = read("""
                {"dataset": "super_glue", "subset": "cb", "template": "can we infer", "inputs_pretokenized": "a", "targets_pretokenized": " Yes\\n", "answer_choices": ["Yes", "No"]}

                {"dataset": "mine", "subset": null, "template": "plain", "inputs_pretokenized": "b", "targets_pretokenized": "c"}
                {"task": "anli_GPT_3_style_r2", "inputs_pretokenized": "d", "targets_pretokenized": "e"}
                {"task": "super_glue_rte_must_be_true_score_eval", "idx": [0, 0], "inputs_pretokenized": "f", "targets_pretokenized": "Yes", "is_correct": false}
                {"task": "super_glue_rte_must_be_true_score_eval", "idx": [0, 1], "inputs_pretokenized": "f", "targets_pretokenized": "No", "is_correct": true}
                """);
        assertThat(rows.tasks("train"))
                .containsExactly(
                        new P3Task("super_glue_cb_can_we_infer", "super_glue_cb", "can_we_infer"),
                        new P3Task("mine_plain", "mine", "plain"),
                        new P3Task("anli_GPT_3_style_r2", "anli_r2", "GPT_3_style"),
                        new P3Task("super_glue_rte_must_be_true_score_eval", "super_glue_rte", "must_be_true"));
        assertThat(rows.rows(rows.tasks("train").get(0), "train"))
                .containsExactly(new P3Row("a", "Yes", List.of("Yes", "No")));
        assertThat(rows.rows(rows.tasks("train").get(1), "train").getFirst().correct())
                .isEqualTo(-1);
        assertThat(rows.rows(rows.tasks("train").get(3), "train"))
                .containsExactly(new P3Row("f", "No", List.of("Yes", "No")));
        assertThatThrownBy(() -> rows.rows(rows.tasks("train").get(0), "test")).hasMessageContaining("no split test");
    }

    @Test
    void brokenLinesAreNamed() {
        assertThatThrownBy(() -> read("{\"dataset\": \"d\", \"template\": \"t\", \"inputs_pretokenized\": \"a\"}"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("some.jsonl:1: \"targets_pretokenized\" is missing");
        assertThatThrownBy(() -> read("\n{\"dataset\": "))
                .hasMessageContaining("some.jsonl:2: not JSON")
                .hasMessageContaining("expected {\"inputs_pretokenized\"");
        assertThatThrownBy(() -> read("[1]")).hasMessageContaining("some.jsonl:1: not a JSON object");
        assertThatThrownBy(() -> read("{\"inputs_pretokenized\": \"a\", \"targets_pretokenized\": \"b\"}"))
                .hasMessageContaining("\"task\" is missing");
        assertThatThrownBy(() -> {
                    Files.writeString(folder.resolve("stray.jsonl"), "{}");
                    read("");
                })
                .hasMessageContaining("lies in no split's folder");
    }

    @Test
    void theCatalogKnowsT0sMixtureAndEvaluation() {
        List<P3Task> all =
                P3Catalog.entries().values().stream().map(P3Catalog.Entry::task).toList();
        assertThat(all).hasSize(544);
        List<P3Task> training = P3Catalog.training(all, P3Catalog.Training.T0);
        assertThat(training).extracting(P3Task::dataset).contains("quartz", "glue_mrpc", "cos_e_v1.11", "multi_news");
        assertThat(training.stream().map(P3Task::dataset).distinct()).hasSize(38);
        List<P3Task> evaluation = P3Catalog.evaluation(all);
        assertThat(evaluation).hasSize(111);
        assertThat(evaluation.stream().map(P3Task::dataset).distinct())
                .containsExactlyInAnyOrder(
                        "anli_r1",
                        "anli_r2",
                        "anli_r3",
                        "hellaswag",
                        "super_glue_cb",
                        "super_glue_copa",
                        "super_glue_rte",
                        "super_glue_wic",
                        "super_glue_wsc.fixed",
                        "winogrande_winogrande_xl");
        P3Catalog.checkDisjoint(training, evaluation);
        assertThatThrownBy(() ->
                        P3Catalog.checkDisjoint(P3Catalog.training(all, P3Catalog.Training.T0_PLUS_PLUS), evaluation))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("is trained and evaluated on");
        // Own datasets are trained on, and a task with answer_choices is preferred to its score_eval twin.
        P3Task own = new P3Task("mine_plain", "mine", "plain");
        P3Task twin = P3Catalog.task("super_glue_cb_can_we_infer_score_eval");
        P3Task cb = P3Catalog.task("super_glue_cb_can_we_infer");
        assertThat(P3Catalog.training(List.of(own, twin, cb), P3Catalog.Training.T0))
                .containsExactly(own);
        assertThat(P3Catalog.evaluation(List.of(own, twin, cb))).containsExactly(cb);
        assertThat(P3Catalog.evaluation(List.of(own, twin))).containsExactly(twin);
    }
}

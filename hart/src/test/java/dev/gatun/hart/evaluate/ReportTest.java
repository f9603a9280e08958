package dev.gatun.hart.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.data.Evaluation.Prediction;
import dev.gatun.data.SniTask;
import dev.gatun.hart.config.SystemKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table says what the figures are, also when a trivial baseline wins. */
class ReportTest {
    /** Two tasks of two instances, for each arm the predictions given. */
    private static EvaluationReport report(Map<Arm, List<String>> texts) {
        Map<Arm, List<Prediction>> predictions = new EnumMap<>(Arm.class);
        for (Arm arm : Arm.values()) {
            List<String> given = texts.getOrDefault(arm, List.of("x", "x", "x", "x"));
            List<Prediction> list = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                SniTask.Instance instance =
                        new SniTask.Instance("id-" + i, "question " + i, List.of("the answer " + i));
                list.add(new Prediction("task" + i / 2, "Category " + i / 2, instance, given.get(i)));
            }
            predictions.put(arm, list);
        }
        return new EvaluationReport(
                "tiny", 0, SystemKind.HART, "mini", List.of(EvaluationReport.Set.of("unseen tasks", predictions, 0)));
    }

    private static final List<String> ALL = List.of("the answer 0", "the answer 1", "the answer 2", "the answer 3");

    @Test
    void everyArmHasALine() {
        EvaluationReport report = report(Map.of(Arm.RIGHT, ALL));
        String table = ReportWriter.table(report);
        for (Arm arm : Arm.values()) {
            assertThat(table.lines().filter(line -> line.contains(arm.title())))
                    .as(arm.name())
                    .hasSize(1);
        }
        assertThat(table)
                .contains("(a) unseen tasks: 4 instances of 2 tasks")
                .contains("right minus wrong demonstrations, ROUGE-L, mean over 2 tasks: +100.0")
                .doesNotContain("baseline wins")
                .containsPattern("right demonstrations +100\\.0 +100\\.0")
                .contains("category_0", "category_1");
        assertThat(report.sets().getFirst().rightMinusWrong().low()).isEqualTo(100);
    }

    @Test
    void aWinningBaselineIsTold() {
        assertThat(ReportWriter.table(report(Map.of(Arm.COPY_FIRST, ALL))))
                .contains("A trivial baseline wins here: 'copy the first demonstration's output' has 100.0");
        assertThat(ReportWriter.table(report(Map.of(Arm.MOST_FREQUENT, ALL))))
                .contains("A trivial baseline wins here: 'the most frequent training output' has 100.0");
    }
}

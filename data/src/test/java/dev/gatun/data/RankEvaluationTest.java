package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.data.ChoiceScores.Normalisation;
import dev.gatun.data.RankEvaluation.Aggregate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RankEvaluationTest {
    /** The input says how probable each choice is: "sum/tokens sum/tokens ...". */
    private static List<ChoiceScores> score(List<RankExample> examples) {
        return examples.stream()
                .map(example -> {
                    String[][] parts = Arrays.stream(example.input().split(" "))
                            .map(part -> part.split("/"))
                            .toArray(String[][]::new);
                    return new ChoiceScores(
                            Arrays.stream(parts)
                                    .mapToDouble(part -> Double.parseDouble(part[0]))
                                    .toArray(),
                            Arrays.stream(parts)
                                    .mapToInt(part -> Integer.parseInt(part[1]))
                                    .toArray());
                })
                .toList();
    }

    private static RankExample example(String dataset, String template, String scores, int correct) {
        return new RankExample(dataset, template, scores, List.of("a", "b", "c"), correct);
    }

    private static RankEvaluation evaluate(
            List<RankExample> examples, Normalisation normalisation, Aggregate aggregate) {
        return RankEvaluation.of(examples, RankEvaluationTest::score, normalisation, aggregate);
    }

    @Test
    void theGreatestSumWinsAndTheFirstOfEquals() {
        // By sum the first wins, by mean the second.
        ChoiceScores scores = new ChoiceScores(new double[] {-2, -3, -9}, new int[] {1, 4, 1});
        assertThat(scores.best(Normalisation.SUM)).isZero();
        assertThat(scores.best(Normalisation.MEAN)).isEqualTo(1);
        assertThat(new ChoiceScores(new double[] {-5, -1, -1}, new int[] {1, 1, 1}).best(Normalisation.SUM))
                .isEqualTo(1);
    }

    @Test
    void scoresThatAreNoNumbersAreRefused() {
        assertThatThrownBy(() -> new ChoiceScores(new double[] {-1, Double.NaN}, new int[] {1, 1}))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> new ChoiceScores(new double[] {-1}, new int[] {1, 1}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RankExample("d", "t", "x", List.of("a"), 1))
                .hasMessageContaining("d, t");
        List<RankExample> two = List.of(example("d", "t", "-1/1 -2/1 -3/1", 0), example("d", "t", "-1/1 -2/1", 0));
        assertThatThrownBy(() -> evaluate(two, Normalisation.SUM, Aggregate.MEAN))
                .hasMessageContaining("2 sums for 3 choices");
        assertThatThrownBy(() -> RankEvaluation.of(two, _ -> List.of(), Normalisation.SUM, Aggregate.MEAN))
                .hasMessageContaining("0 scores for 2 examples");
    }

    @Test
    void meanAndMedianAreOverTemplates() {
        String first = "-1/1 -2/1 -3/1";
        List<RankExample> examples = new ArrayList<>();
        // Accuracies 100, 50 and 0 and, to set mean and median apart, another 0.
        examples.add(example("super_glue_cb", "one", first, 0));
        examples.add(example("super_glue_cb", "two", first, 0));
        examples.add(example("super_glue_cb", "two", first, 1));
        examples.add(example("super_glue_cb", "three", first, 2));
        examples.add(example("super_glue_cb", "four", first, 1));
        RankEvaluation mean = evaluate(examples, Normalisation.SUM, Aggregate.MEAN);
        assertThat(mean.byTemplate().get("super_glue_cb"))
                .containsExactly(
                        Map.entry("one", 100.0),
                        Map.entry("two", 50.0),
                        Map.entry("three", 0.0),
                        Map.entry("four", 0.0));
        assertThat(mean.dataset("super_glue_cb")).isEqualTo(37.5);
        assertThat(evaluate(examples, Normalisation.SUM, Aggregate.MEDIAN).dataset("super_glue_cb"))
                .isEqualTo(25.0);
        assertThat(mean.columns()).containsExactly(Map.entry("cb", 37.5));
        assertThat(mean.perTask()).containsEntry("super_glue_cb/two", 50.0).hasSize(4);
        ScoreInterval interval = mean.interval("cb", 3);
        assertThat(interval).isEqualTo(mean.interval("cb", 3));
        assertThat(interval.low()).isLessThan(interval.mean());
        assertThat(interval.high()).isGreaterThan(interval.mean());
        assertThat(interval.tasks()).isEqualTo(4);
        assertThatThrownBy(() -> mean.interval("rte", 3))
                .hasMessageContaining("rte")
                .hasMessageContaining("[cb]");
    }

    @Test
    void anliIsTheMeanOfItsRoundsAndTheAverageIsOverEightColumns() {
        String first = "-1/1 -2/1 -3/1";
        List<RankExample> examples = new ArrayList<>();
        // Rounds of 1, 1 and 4 templates: their mean is not the mean over templates.
        examples.add(example("anli_r1", "t", first, 0));
        examples.add(example("anli_r2", "t", first, 1));
        for (int i = 0; i < 4; i++) {
            examples.add(example("anli_r3", "t" + i, first, 0));
        }
        assertThat(evaluate(examples, Normalisation.SUM, Aggregate.MEAN).columns())
                .hasEntrySatisfying("anli", value -> assertThat(value).isCloseTo(200.0 / 3, within(1e-9)))
                .doesNotContainKey("avg");
        for (RankColumn column : RankColumn.values()) {
            if (column != RankColumn.ANLI) {
                examples.add(example(column.datasets().getFirst(), "t", first, column == RankColumn.CB ? 1 : 0));
            }
        }
        RankEvaluation all = evaluate(examples, Normalisation.SUM, Aggregate.MEAN);
        assertThat(all.columns()).hasSize(9);
        assertThat(all.columns().get("avg")).isCloseTo((200.0 / 3 + 600) / 8, within(1e-9));
        ScoreInterval average = all.interval("avg", 1);
        assertThat(average.tasks()).isEqualTo(13);
        // No dataset's templates differ, so no resample does.
        assertThat(average.low()).isCloseTo(average.mean(), within(1e-9));
        assertThat(average.high()).isCloseTo(average.mean(), within(1e-9));
    }

    @Test
    void theIntervalOfAMeanOverTasksHoldsIt() {
        ScoreInterval interval = ScoreInterval.of(Map.of("a", 1.0, "b", 2.0, "c", 6.0), 5);
        assertThat(interval.mean()).isEqualTo(3.0);
        assertThat(interval.low()).isBetween(1.0, 2.0);
        assertThat(interval.high()).isBetween(4.0, 6.0);
        assertThat(interval.tasks()).isEqualTo(3);
        assertThatThrownBy(() -> ScoreInterval.of(Map.of(), 1)).isInstanceOf(IllegalArgumentException.class);
    }
}

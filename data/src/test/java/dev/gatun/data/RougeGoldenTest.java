package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gatun.data.Evaluation.Prediction;
import dev.gatun.data.Evaluation.Scores;
import dev.gatun.data.internal.PorterStemmer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Scores of Google's rouge_score, NLTK's stemmer and Tk-Instruct's evaluation. */
class RougeGoldenTest {
    private static final Offset<Double> EXACT = within(1e-9);

    @Test
    void stemsAsNltk() {
        JsonNode stems = Golden.json("rouge/porter_stems.json").get("stems");
        assertThat(stems.size()).isPositive();
        for (Map.Entry<String, JsonNode> entry : stems.properties()) {
            assertThat(PorterStemmer.stem(entry.getKey()))
                    .as(entry.getKey())
                    .isEqualTo(entry.getValue().textValue());
        }
    }

    @Test
    void scoresPairsAsGoogle() {
        JsonNode pairs = Golden.json("rouge/rouge_pairs.json").get("pairs");
        assertThat(pairs.size()).isPositive();
        for (JsonNode pair : pairs) {
            String prediction = pair.get("prediction").textValue();
            List<String> references = Golden.strings(pair.get("references"));
            assertThat(Rouge.PLAIN.tokens(prediction)).isEqualTo(Golden.strings(pair.get("tokens_nostem")));
            assertThat(Rouge.STEMMED.tokens(prediction)).isEqualTo(Golden.strings(pair.get("tokens_stem")));
            for (int i = 0; i < references.size(); i++) {
                JsonNode want = pair.get("per_reference_[P,R,F]").get(i);
                String reference = references.get(i);
                assertScore(want.get("rouge1"), Rouge.PLAIN.rouge1(prediction, reference), prediction);
                assertScore(want.get("rougeL"), Rouge.PLAIN.rougeL(prediction, reference), prediction);
                assertScore(want.get("rouge1_stem"), Rouge.STEMMED.rouge1(prediction, reference), prediction);
                assertScore(want.get("rougeL_stem"), Rouge.STEMMED.rougeL(prediction, reference), prediction);
            }
            assertThat(Rouge.STEMMED.bestRougeL(prediction, references))
                    .isCloseTo(pair.get("rougeL_f_stem_max").doubleValue(), EXACT);
            assertThat(Rouge.PLAIN.bestRougeL(prediction, references))
                    .isCloseTo(pair.get("rougeL_f_nostem_max").doubleValue(), EXACT);
            assertThat(Rouge.STEMMED.bestRouge1(prediction, references))
                    .isCloseTo(pair.get("rouge1_f_stem_max").doubleValue(), EXACT);
        }
    }

    @Test
    void matchesExactlyAsTkInstruct() {
        for (JsonNode pair : Golden.json("rouge/rouge_pairs.json").get("pairs")) {
            String prediction = pair.get("prediction").textValue();
            assertThat(ExactMatch.normalize(prediction))
                    .isEqualTo(pair.get("normalized_prediction").textValue());
            assertThat(ExactMatch.matches(prediction, Golden.strings(pair.get("references"))))
                    .as(prediction)
                    .isEqualTo(pair.get("exact_match_max").booleanValue());
        }
    }

    @Test
    void aggregatesAllPairs() {
        JsonNode golden = Golden.json("rouge/rouge_pairs.json");
        List<Prediction> predictions = new ArrayList<>();
        for (JsonNode pair : golden.get("pairs")) {
            predictions.add(new Prediction(
                    "task",
                    "category",
                    new SniTask.Instance("", "", Golden.strings(pair.get("references"))),
                    pair.get("prediction").textValue()));
        }
        JsonNode want = golden.get("compute_metrics_aggregate_over_all_pairs");
        assertScores(want, "", Evaluation.of(predictions).overall());
    }

    @Test
    void groupsByCategoryAndTask() {
        JsonNode golden = Golden.json("rouge/predictions_by_category.json");
        List<Prediction> predictions = new ArrayList<>();
        for (JsonNode example : golden.get("examples")) {
            predictions.add(new Prediction(
                    example.get("Task").textValue(),
                    example.get("Categories").get(0).textValue(),
                    new SniTask.Instance(
                            "", "", Golden.strings(example.get("Instance").get("output"))),
                    example.get("prediction").textValue()));
        }
        Evaluation evaluation = Evaluation.of(predictions);
        assertScores(golden.get("overall"), "", evaluation.overall());
        assertThat(evaluation.overall().count()).isEqualTo(predictions.size());
        evaluation.byCategory().forEach((name, s) -> assertScores(golden.get("by_category"), "_for_" + name, s));
        evaluation.byTask().forEach((name, s) -> assertScores(golden.get("by_task"), "_for_" + name, s));
        // Three metrics each, and none left over.
        assertThat(evaluation.byCategory()).hasSize(golden.get("by_category").size() / 3);
        assertThat(evaluation.byTask()).hasSize(golden.get("by_task").size() / 3);
        assertThat(evaluation.perTask(Scores::rougeL)).hasSameSizeAs(evaluation.byTask());
    }

    @Test
    void refusesToScoreNothing() {
        assertThatThrownBy(() -> Evaluation.of(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Rouge.STEMMED.bestRougeL("a", List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ExactMatch.matches("a", List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertScore(JsonNode want, Rouge.Score got, String what) {
        assertThat(got.precision()).as(what).isCloseTo(want.get(0).doubleValue(), EXACT);
        assertThat(got.recall()).as(what).isCloseTo(want.get(1).doubleValue(), EXACT);
        assertThat(got.f()).as(what).isCloseTo(want.get(2).doubleValue(), EXACT);
    }

    private static void assertScores(JsonNode want, String suffix, Scores got) {
        assertThat(got.exactMatch())
                .as(suffix)
                .isCloseTo(want.get("exact_match" + suffix).doubleValue(), EXACT);
        assertThat(got.rouge1())
                .as(suffix)
                .isCloseTo(want.get("rouge1" + suffix).doubleValue(), EXACT);
        assertThat(got.rougeL())
                .as(suffix)
                .isCloseTo(want.get("rougeL" + suffix).doubleValue(), EXACT);
    }
}

package dev.gatun.hart.evaluate;

import dev.gatun.data.ChoiceScores;
import dev.gatun.data.RankEvaluation;
import dev.gatun.data.RankExample;
import dev.gatun.data.ScoreInterval;
import dev.gatun.hart.train.World;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a system achieved on P3, by rank classification.
 *
 * @param identity what was evaluated: {@code recipe}, {@code seed}, {@code system}, {@code size}
 * @param evaluation the accuracies
 * @param normalisation how choices of different lengths were compared
 * @param scores of each example's choices
 */
public record RankReport(
        Map<String, Object> identity,
        RankEvaluation evaluation,
        ChoiceScores.Normalisation normalisation,
        Map<RankExample, ChoiceScores> scores) {

    /** Evaluates {@code examples}, which the ranks of {@code world} share out; on every rank with the same result. */
    public static RankReport of(
            Map<String, Object> identity,
            List<RankExample> examples,
            RankScoring scoring,
            World world,
            ChoiceScores.Normalisation normalisation,
            RankEvaluation.Aggregate aggregate) {
        scoring.scoreAll(examples, world);
        RankEvaluation evaluation = RankEvaluation.of(examples, scoring, normalisation, aggregate);
        return new RankReport(identity, evaluation, normalisation, scoring.scores());
    }

    /** The table: each column with its interval, and each template below. */
    public String table() {
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT,
                "%nP3, rank classification: %d examples of %d datasets, %s over templates%n%n",
                scores.size(),
                evaluation.byTemplate().size(),
                evaluation.aggregate().name().toLowerCase(Locale.ROOT)));
        intervals()
                .forEach((column, interval) -> out.append(String.format(
                        Locale.ROOT,
                        "  %-8s %5.1f  (95 %% interval %.1f to %.1f, %d templates)%n",
                        column,
                        interval.mean(),
                        interval.low(),
                        interval.high(),
                        interval.tasks())));
        out.append(System.lineSeparator());
        evaluation
                .perTask()
                .forEach((task, accuracy) -> out.append(String.format(Locale.ROOT, "  %-64s %5.1f%n", task, accuracy)));
        return out.toString();
    }

    private Map<String, ScoreInterval> intervals() {
        Map<String, ScoreInterval> intervals = new LinkedHashMap<>();
        evaluation.columns().keySet().forEach(column -> intervals.put(column, evaluation.interval(column, 0)));
        return intervals;
    }

    /** The content of {@code evaluation.json}. */
    public String json() {
        Map<String, Object> root = new LinkedHashMap<>(identity);
        root.put("benchmark", "p3");
        root.put("scores", evaluation.columns());
        root.put("intervals", intervals());
        root.put("aggregate", evaluation.aggregate().name().toLowerCase(Locale.ROOT));
        root.put("normalisation", normalisation.name().toLowerCase(Locale.ROOT));
        root.put("templates", evaluation.byTemplate());
        return ReportJson.page(root);
    }

    /** The content of {@code predictions.jsonl}: a line an example. */
    public String predictions() {
        StringBuilder out = new StringBuilder();
        scores.forEach((example, score) -> {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("set", example.dataset());
            line.put("task", example.dataset() + "/" + example.template());
            line.put("input", example.input());
            line.put("prediction", example.choices().get(score.best(normalisation)));
            line.put("references", List.of(example.choices().get(example.correct())));
            line.put("choices", example.choices());
            line.put("log_probabilities", score.sums());
            out.append(ReportJson.line(line));
        });
        return out.toString();
    }
}

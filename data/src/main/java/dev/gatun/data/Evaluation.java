package dev.gatun.data;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Scores predictions as Tk-Instruct's evaluation does: each against its best reference, then the mean over instances, times
 * 100, rounded to four decimals. The figure of a category or of everything is a mean over instances, not over tasks.
 *
 * @param overall the scores of all predictions together
 * @param byCategory the scores of each category, in the order of first appearance, named as {@link #key} does
 * @param byTask the scores of each task, in the order of first appearance
 */
public record Evaluation(Scores overall, Map<String, Scores> byCategory, Map<String, Scores> byTask) {
    /**
     * A prediction to be scored.
     *
     * @param task the task's name
     * @param category the task's category
     * @param instance what was asked, with the acceptable outputs
     * @param text the model's output
     */
    public record Prediction(String task, String category, SniTask.Instance instance, String text) {
        /** Returns the acceptable outputs, at least one. */
        public List<String> references() {
            return instance.outputs();
        }
    }

    /**
     * Mean scores.
     *
     * @param exactMatch the share of exact matches, 0 to 100
     * @param rouge1 the mean ROUGE-1 F value with stemmer, 0 to 100
     * @param rougeL the mean ROUGE-L F value with stemmer, 0 to 100
     * @param count the number of predictions
     */
    public record Scores(double exactMatch, double rouge1, double rougeL, int count) {}

    /**
     * Scores predictions.
     *
     * @param predictions the predictions, at least one
     * @return all means
     * @throws IllegalArgumentException if there is no prediction, or one has no reference
     */
    public static Evaluation of(List<Prediction> predictions) {
        if (predictions.isEmpty()) {
            throw new IllegalArgumentException("there is no prediction to score");
        }
        Sums overall = new Sums();
        Map<String, Sums> categories = new LinkedHashMap<>();
        Map<String, Sums> tasks = new LinkedHashMap<>();
        for (Prediction prediction : predictions) {
            double exact = ExactMatch.matches(prediction.text(), prediction.references()) ? 1 : 0;
            double rouge1 = Rouge.STEMMED.bestRouge1(prediction.text(), prediction.references());
            double rougeL = Rouge.STEMMED.bestRougeL(prediction.text(), prediction.references());
            List.of(
                            overall,
                            categories.computeIfAbsent(key(prediction.category()), name -> new Sums()),
                            tasks.computeIfAbsent(prediction.task(), name -> new Sums()))
                    .forEach(sums -> sums.add(exact, rouge1, rougeL));
        }
        return new Evaluation(overall.mean(), means(categories), means(tasks));
    }

    /**
     * Names a category as the official evaluation does.
     *
     * @param category such as {@code Textual Entailment}
     * @return such as {@code textual_entailment}
     */
    public static String key(String category) {
        return category.toLowerCase(Locale.ROOT).replace(' ', '_');
    }

    /**
     * Picks one score of every task, for {@link PairedDifference}.
     *
     * @param score such as {@code Scores::rougeL}
     * @return the score of each task
     */
    public Map<String, Double> perTask(Function<Scores, Double> score) {
        Map<String, Double> result = new LinkedHashMap<>();
        byTask.forEach((task, scores) -> result.put(task, score.apply(scores)));
        return result;
    }

    private static Map<String, Scores> means(Map<String, Sums> sums) {
        Map<String, Scores> means = new LinkedHashMap<>();
        sums.forEach((name, sum) -> means.put(name, sum.mean()));
        return Collections.unmodifiableMap(means);
    }

    private static final class Sums {
        private double exactMatch;
        private double rouge1;
        private double rougeL;
        private int count;

        void add(double exact, double one, double longest) {
            exactMatch += exact;
            rouge1 += one;
            rougeL += longest;
            count++;
        }

        Scores mean() {
            return new Scores(mean(exactMatch), mean(rouge1), mean(rougeL), count);
        }

        // As Python's round(x, 4): the exact binary value, ties to even.
        private double mean(double sum) {
            return new BigDecimal(100.0 * sum / count)
                    .setScale(4, RoundingMode.HALF_EVEN)
                    .doubleValue();
        }
    }
}

package dev.gatun.data;

import dev.gatun.data.ChoiceScores.Normalisation;
import dev.gatun.data.internal.Bootstrap;
import dev.gatun.data.internal.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Accuracies of rank classification, 0 to 100, by dataset and template, and what the tables make of them.
 *
 * @param byTemplate for each dataset the accuracy with each of its templates, in the order of first appearance
 * @param aggregate how a dataset's templates become one figure
 */
public record RankEvaluation(Map<String, Map<String, Double>> byTemplate, Aggregate aggregate) {
    /** How a dataset's templates become one figure. */
    public enum Aggregate {
        /** The mean over templates, as the paper's tables. */
        MEAN,
        /** The median over templates; of an even number the mean of the two in the middle. */
        MEDIAN
    }

    /**
     * Scores and evaluates examples.
     *
     * @param examples the examples of any number of datasets and templates, at least one
     * @param scorer the model; called once for each dataset and template
     * @param normalisation how the scores of choices of different lengths are compared
     * @param aggregate how templates become one figure
     * @return the accuracies
     * @throws IllegalArgumentException if there is no example, or the scorer's answer does not fit the examples
     */
    public static RankEvaluation of(
            List<RankExample> examples, RankScorer scorer, Normalisation normalisation, Aggregate aggregate) {
        if (examples.isEmpty()) {
            throw new IllegalArgumentException("there is no example to score");
        }
        Map<String, Map<String, List<RankExample>>> groups = new LinkedHashMap<>();
        for (RankExample example : examples) {
            groups.computeIfAbsent(example.dataset(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(example.template(), _ -> new ArrayList<>())
                    .add(example);
        }
        Map<String, Map<String, Double>> accuracies = new LinkedHashMap<>();
        groups.forEach((dataset, templates) -> {
            Map<String, Double> found = new LinkedHashMap<>();
            templates.forEach((template, group) -> found.put(
                    template, accuracy(group, scorer.score(Collections.unmodifiableList(group)), normalisation)));
            accuracies.put(dataset, Collections.unmodifiableMap(found));
        });
        return new RankEvaluation(Collections.unmodifiableMap(accuracies), aggregate);
    }

    private static double accuracy(List<RankExample> examples, List<ChoiceScores> scores, Normalisation normalisation) {
        if (scores.size() != examples.size()) {
            throw new IllegalArgumentException(
                    "the scorer gave " + scores.size() + " scores for " + examples.size() + " examples");
        }
        int right = 0;
        for (int i = 0; i < examples.size(); i++) {
            if (scores.get(i).sums().length != examples.get(i).choices().size()) {
                throw new IllegalArgumentException(
                        "the scorer gave " + scores.get(i).sums().length + " sums for "
                                + examples.get(i).choices().size() + " choices ("
                                + examples.get(i).dataset() + ", "
                                + examples.get(i).template() + ")");
            }
            right += scores.get(i).best(normalisation) == examples.get(i).correct() ? 1 : 0;
        }
        return 100.0 * right / examples.size();
    }

    /**
     * Returns a dataset's figure.
     *
     * @param dataset one of the keys of {@link #byTemplate}
     * @return the mean or median over its templates
     */
    public double dataset(String dataset) {
        return aggregate(accuracies(dataset));
    }

    /**
     * Returns the columns of the paper's tables.
     *
     * @return by {@link RankColumn#key()} the columns whose datasets are all there; and, where all eight are, their average
     *     as {@link RankColumn#AVERAGE}
     */
    public Map<String, Double> columns() {
        Map<String, Double> columns = new LinkedHashMap<>();
        for (RankColumn column : RankColumn.values()) {
            if (byTemplate.keySet().containsAll(column.datasets())) {
                columns.put(
                        column.key(),
                        column.datasets().stream()
                                .mapToDouble(this::dataset)
                                .average()
                                .orElseThrow());
            }
        }
        if (columns.size() == RankColumn.values().length) {
            columns.put(
                    RankColumn.AVERAGE,
                    columns.values().stream()
                            .mapToDouble(Double::doubleValue)
                            .average()
                            .orElseThrow());
        }
        return columns;
    }

    /**
     * Returns the accuracy of every task, a dataset with one template, for {@link ScoreInterval}.
     *
     * @return the accuracies, keyed {@code DATASET/TEMPLATE}
     */
    public Map<String, Double> perTask() {
        Map<String, Double> result = new LinkedHashMap<>();
        byTemplate.forEach((dataset, templates) ->
                templates.forEach((template, accuracy) -> result.put(dataset + "/" + template, accuracy)));
        return result;
    }

    /**
     * Returns the 95 % bootstrap interval of a column or of the average: the templates of each dataset are resampled.
     *
     * @param key one of the keys of {@link #columns}
     * @param seed the seed of the resampling
     * @return the figure, its interval, and the number of templates that it rests on
     * @throws IllegalArgumentException if there is no such column
     */
    public ScoreInterval interval(String key, long seed) {
        Double mean = columns().get(key);
        if (mean == null) {
            throw new IllegalArgumentException(
                    "there is no column " + key + "; there are " + columns().keySet());
        }
        List<List<double[]>> rounds = Arrays.stream(RankColumn.values())
                .filter(column -> key.equals(column.key()) || key.equals(RankColumn.AVERAGE))
                .map(column -> column.datasets().stream().map(this::accuracies).toList())
                .toList();
        double[] interval = Bootstrap.interval(seed, random -> {
            double sum = 0;
            for (List<double[]> datasets : rounds) {
                for (double[] templates : datasets) {
                    sum += aggregate(resampled(templates, random)) / datasets.size();
                }
            }
            return sum / rounds.size();
        });
        int templates = rounds.stream()
                .flatMap(List::stream)
                .mapToInt(found -> found.length)
                .sum();
        return new ScoreInterval(mean, interval[0], interval[1], templates);
    }

    private double[] accuracies(String dataset) {
        return byTemplate.get(dataset).values().stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    private static double[] resampled(double[] values, CounterRandom random) {
        double[] drawn = new double[values.length];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = values[random.nextInt(values.length)];
        }
        return drawn;
    }

    private double aggregate(double[] values) {
        if (aggregate == Aggregate.MEAN) {
            return Arrays.stream(values).average().orElseThrow();
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

package dev.gatun.hart.evaluate;

import dev.gatun.data.Evaluation;
import dev.gatun.data.Evaluation.Prediction;
import dev.gatun.data.PairedDifference;
import dev.gatun.data.ScoreInterval;
import dev.gatun.hart.config.SystemKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a run achieved: ROUGE-L and exact match of every arm, on every set.
 *
 * @param recipe the run's recipe
 * @param seed the run's seed
 * @param system the run's
 * @param size of its main model: {@code mini}, {@code large} or {@code xl}
 * @param sets the sets, in the table's order
 */
public record EvaluationReport(String recipe, long seed, SystemKind system, String size, List<Set> sets) {
    /** The title of the set that a run's score is taken from. */
    public static final String UNSEEN = "unseen tasks";

    /** ROUGE-L on unseen tasks: the figure of the paper's tables. */
    public double score() {
        return unseen().rougeL(Arm.RIGHT);
    }

    /** The mean over unseen tasks of ROUGE-L, with its 95 % interval. */
    public ScoreInterval interval() {
        return ScoreInterval.of(unseen().arms().get(Arm.RIGHT).perTask(Evaluation.Scores::rougeL), seed);
    }

    private Set unseen() {
        return sets.stream()
                .filter(set -> set.title().equals(UNSEEN))
                .findFirst()
                .orElseThrow();
    }

    /**
     * One set of instances.
     *
     * @param title what it is
     * @param arms the scores of each arm: overall, by category and by task
     * @param rightMinusWrong mean over tasks of the ROUGE-L difference between the right and another category's
     *     demonstrations, with its 95 % interval
     * @param predictions all outputs
     */
    public record Set(
            String title,
            Map<Arm, Evaluation> arms,
            PairedDifference rightMinusWrong,
            Map<Arm, List<Prediction>> predictions) {
        static Set of(String title, Map<Arm, List<Prediction>> predictions, long seed) {
            Map<Arm, Evaluation> arms = new EnumMap<>(Arm.class);
            predictions.forEach((arm, list) -> arms.put(arm, Evaluation.of(list)));
            return new Set(title, arms, difference(arms, seed), predictions);
        }

        private static PairedDifference difference(Map<Arm, Evaluation> arms, long seed) {
            return PairedDifference.of(
                    arms.get(Arm.RIGHT).perTask(Evaluation.Scores::rougeL),
                    arms.get(Arm.WRONG).perTask(Evaluation.Scores::rougeL),
                    seed);
        }

        /** The trivial baseline with the higher ROUGE-L. */
        public Arm bestBaseline() {
            return rougeL(Arm.COPY_FIRST) >= rougeL(Arm.MOST_FREQUENT) ? Arm.COPY_FIRST : Arm.MOST_FREQUENT;
        }

        /** Overall ROUGE-L of an arm. */
        public double rougeL(Arm arm) {
            return arms.get(arm).overall().rougeL();
        }
    }
}

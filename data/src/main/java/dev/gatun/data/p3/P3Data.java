package dev.gatun.data.p3;

import dev.gatun.data.DataException;
import dev.gatun.data.RankExample;
import dev.gatun.data.TokenCache;
import dev.gatun.data.Tokenizer;
import java.util.List;

/**
 * The tasks of a P3 experiment as the paper has them: T0's training datasets that are short enough, and the evaluation tasks.
 *
 * {@snippet :
 * try (P3Data data = P3Data.open(P3Mini.source(), P3Data.Options.PAPER, tokenizer, cache)) {
 *     BatchSource batches = new P3Batches(
 *             data.train(), seed, Weighting.PROPORTIONAL, P3Batches.SHOTS, new P3Encoder(tokenizer, BatchOptions.HYPER));
 *     RankEvaluation scores = RankEvaluation.of(data.examples(), scorer, Normalisation.SUM, Aggregate.MEAN);
 * }
 * }
 *
 * @param train the training tasks' ids; closed with this
 * @param lengths what decided which datasets are short enough, to be published
 * @param evaluation the evaluation tasks, none of whose datasets is trained on
 */
public record P3Data(List<P3Tokens> train, P3LengthList lengths, List<P3Evaluation> evaluation)
        implements AutoCloseable {
    /**
     * What to open.
     *
     * @param model whose training datasets count
     * @param longest datasets with a mean input of that many tokens or more are left out
     * @param shots how many demonstrations an evaluation task gets
     * @param maxExamples how many examples of an evaluation task are kept at most, the first
     * @param seed decides the demonstrations of the evaluation tasks
     */
    public record Options(P3Catalog.Training model, double longest, int shots, int maxExamples, long seed) {
        /** T0's datasets below 320 tokens, 16 shots, all examples. */
        public static final Options PAPER =
                new Options(P3Catalog.Training.T0, P3LengthList.PAPER, P3Batches.SHOTS, Integer.MAX_VALUE, 42);
    }

    /** Copies the lists. */
    public P3Data {
        train = List.copyOf(train);
        evaluation = List.copyOf(evaluation);
    }

    /**
     * Reads the splits {@code train} and {@code validation}.
     *
     * @param source where the rows are
     * @param options what to open
     * @param tokenizer the tokenizer
     * @param cache the cache
     * @return the tasks, which the caller closes
     * @throws DataException if the data is not what it should be, no training task is left, or a dataset is trained and
     *     evaluated on
     */
    public static P3Data open(P3Source source, Options options, Tokenizer tokenizer, TokenCache cache) {
        List<P3Task> training = P3Catalog.training(source.tasks("train"), options.model());
        List<P3Task> tested = P3Catalog.evaluation(source.tasks("validation"));
        P3Catalog.checkDisjoint(training, tested);
        List<P3Evaluation> evaluation = tested.stream()
                .map(task -> P3Evaluation.read(
                        source, task, "validation", options.maxExamples(), "train", options.shots(), options.seed()))
                .toList();
        List<P3Tokens> all = P3Tokens.openAll(source, training, "train", tokenizer, cache);
        P3LengthList lengths = P3LengthList.of(all, options.longest());
        List<P3Tokens> kept = all.stream()
                .filter(tokens -> lengths.keeps(tokens.task().dataset()))
                .toList();
        all.stream().filter(tokens -> !kept.contains(tokens)).forEach(P3Tokens::close);
        if (kept.isEmpty()) {
            throw new DataException("no P3 dataset is left to train on: of "
                    + lengths.entries().size() + " none has a mean input below " + options.longest() + " tokens");
        }
        return new P3Data(kept, lengths, evaluation);
    }

    /**
     * Returns the examples of all evaluation tasks.
     *
     * @return the examples, those of one task together
     */
    public List<RankExample> examples() {
        return evaluation.stream().flatMap(task -> task.examples().stream()).toList();
    }

    /**
     * Finds the demonstrations of an example.
     *
     * @param example one of {@link #examples}
     * @return the rows that its task is demonstrated with
     */
    public List<P3Row> demonstrations(RankExample example) {
        return evaluation.stream()
                .filter(found -> found.task().dataset().equals(example.dataset())
                        && found.task().template().equals(example.template()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no evaluation task is " + example.dataset() + ", " + example.template()))
                .demonstrations();
    }

    @Override
    public void close() {
        train.forEach(P3Tokens::close);
    }
}

package dev.gatun.data.p3;

import dev.gatun.data.DataException;
import dev.gatun.data.RankExample;
import dev.gatun.data.internal.CounterRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * A task to be evaluated by rank classification, with the demonstrations that all its examples share.
 *
 * @param task the task
 * @param demonstrations rows of the training split, the same for the same dataset, template and seed; none of them has the
 *     input of an example
 * @param examples the examples
 */
public record P3Evaluation(P3Task task, List<P3Row> demonstrations, List<RankExample> examples) {
    /** Copies the lists. */
    public P3Evaluation {
        demonstrations = List.copyOf(demonstrations);
        examples = List.copyOf(examples);
    }

    /**
     * Reads a task.
     *
     * @param source where the rows are
     * @param task the task, with choices
     * @param testSplit the split with the examples, usually {@code validation}
     * @param maxExamples how many examples to keep at most, the first
     * @param trainSplit the split with the demonstrations, usually {@code train}; not read if {@code shots} is 0
     * @param shots how many demonstrations to draw, such as {@link P3Batches#SHOTS}; fewer if there are no more
     * @param seed decides the demonstrations
     * @return the task
     * @throws DataException if an example has no choices, or its target is none of them
     */
    public static P3Evaluation read(
            P3Source source, P3Task task, String testSplit, int maxExamples, String trainSplit, int shots, long seed) {
        List<RankExample> examples = new ArrayList<>();
        Set<String> inputs = new HashSet<>();
        source.read(task, testSplit, row -> {
            if (examples.size() < maxExamples) {
                examples.add(example(task, row, examples.size()));
                inputs.add(row.inputs());
            }
        });
        return new P3Evaluation(
                task, shots == 0 ? List.of() : demonstrations(source, task, trainSplit, shots, seed, inputs), examples);
    }

    private static RankExample example(P3Task task, P3Row row, int number) {
        if (row.correct() < 0) {
            throw new DataException("row " + (number + 1) + " of the P3 task " + task.config() + ": its target \""
                    + row.target() + "\" is not among its choices " + row.choices()
                    + "; rank classification needs answer_choices with the target");
        }
        return new RankExample(task.dataset(), task.template(), row.inputs(), row.choices(), row.correct());
    }

    /** Every row gets a random number of its own; those with the smallest are taken. One pass, whatever the size. */
    private static List<P3Row> demonstrations(
            P3Source source, P3Task task, String split, int shots, long seed, Set<String> excluded) {
        long stream = ((long) task.dataset().hashCode() << 32) ^ task.template().hashCode();
        PriorityQueue<Ticket> chosen = new PriorityQueue<>();
        int[] number = {0};
        source.read(task, split, row -> {
            Ticket ticket = new Ticket(new CounterRandom(seed, stream, number[0]++).nextLong(), row);
            if (!excluded.contains(row.inputs())) {
                chosen.add(ticket);
                if (chosen.size() > shots) {
                    chosen.remove(); // the greatest
                }
            }
        });
        return chosen.stream()
                .sorted(Comparator.reverseOrder())
                .map(Ticket::row)
                .toList();
    }

    /** The head of a queue of tickets is the one with the greatest number. */
    private record Ticket(long number, P3Row row) implements Comparable<Ticket> {
        @Override
        public int compareTo(Ticket other) {
            return Long.compare(other.number, number);
        }
    }
}

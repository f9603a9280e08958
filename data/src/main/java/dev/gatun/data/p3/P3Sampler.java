package dev.gatun.data.p3;

import dev.gatun.data.DataException;
import dev.gatun.data.TaskSampler.Weighting;
import dev.gatun.data.internal.CounterRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws what each slot of each step works on: a task, a row of it, and the rows to demonstrate it with (specification §8). A pure
 * function of (seed, step, slot), as {@link dev.gatun.data.TaskSampler}. Immutable and safe for threads.
 */
public final class P3Sampler {
    /** The cap on a dataset's rows, shared by its templates, as T0's mixture has it. */
    public static final int CAP = 500_000;

    private final long seed;
    private final int[] rows;
    private final int shots;
    private final int[] cumulative;

    /**
     * What one slot works on.
     *
     * @param task the task's index
     * @param row the row to be answered
     * @param demonstrations other rows of the same task, in random order, without repetition
     */
    public record Draw(int task, int row, int[] demonstrations) {}

    /**
     * Makes a sampler.
     *
     * @param tasks the training tasks
     * @param rows the number of rows of each
     * @param seed the run's data seed
     * @param weighting in proportion to the number of rows, where a dataset with more than {@link #CAP} counts as that many divided
     *     among its templates; or uniform over tasks
     * @param shots how many demonstrations to draw; fewer where a task has no more rows
     * @throws DataException if there is no task or a task has no row
     */
    public P3Sampler(List<P3Task> tasks, int[] rows, long seed, Weighting weighting, int shots) {
        if (tasks.size() != rows.length || shots < 0) {
            throw new IllegalArgumentException("a sampler needs the rows of each task and shots of at least 0, got "
                    + tasks.size() + " tasks, " + rows.length + " numbers of rows, " + shots + " shots");
        }
        if (tasks.isEmpty()) {
            throw new DataException("there is no P3 task to train on; check the folder and the filters");
        }
        this.seed = seed;
        this.rows = rows.clone();
        this.shots = shots;
        Map<String, Integer> templates = new HashMap<>();
        tasks.forEach(task -> templates.merge(task.dataset(), 1, Integer::sum));
        this.cumulative = new int[rows.length];
        int total = 0;
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] == 0) {
                throw new DataException(
                        "the P3 task " + tasks.get(i).config() + " has no row to train on; leave it out");
            }
            int size = rows[i] > CAP ? CAP / templates.get(tasks.get(i).dataset()) : rows[i];
            total = Math.addExact(total, weighting == Weighting.UNIFORM ? 1 : size);
            cumulative[i] = total;
        }
    }

    /**
     * Draws for one slot.
     *
     * @param step the optimizer step
     * @param slot the slot's number in the whole batch of that step
     * @return the draw; always the same for the same seed, step and slot
     */
    public Draw draw(long step, int slot) {
        CounterRandom random = new CounterRandom(seed, step, slot);
        int found = Arrays.binarySearch(cumulative, random.nextInt(cumulative[cumulative.length - 1]) + 1);
        int task = found >= 0 ? found : -found - 1;
        int row = random.nextInt(rows[task]);
        int[] others = random.distinct(shots, rows[task] - 1)
                .map(other -> other < row ? other : other + 1)
                .toArray();
        return new Draw(task, row, others);
    }

    /**
     * Returns how probable a task is.
     *
     * @param task the task's index
     * @return a probability; those of all tasks sum to 1
     */
    public double probability(int task) {
        return (double) (cumulative[task] - (task == 0 ? 0 : cumulative[task - 1])) / cumulative[cumulative.length - 1];
    }
}

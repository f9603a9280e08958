package dev.gatun.data.p3;

import dev.gatun.data.EncodedExample;
import dev.gatun.data.ExampleSource;
import dev.gatun.data.TaskSampler.Weighting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * P3's training batches, addressable by step and slots. Their task indices refer to the list of tasks.
 *
 * @param tasks the training tasks' ids, which stay the caller's
 * @param sampler decides what each slot works on
 * @param encoder puts the ids together
 */
public record P3Batches(List<P3Tokens> tasks, P3Sampler sampler, P3Encoder encoder) implements ExampleSource {
    /** The paper's number of demonstrations. */
    public static final int SHOTS = 16;

    /** Copies the list. */
    public P3Batches {
        tasks = List.copyOf(tasks);
    }

    /**
     * Makes the batches of a run.
     *
     * @param tasks the training tasks' ids, which stay the caller's
     * @param seed the run's data seed
     * @param weighting how probable each task is, see {@link P3Sampler}
     * @param shots how many demonstrations to draw, such as {@link #SHOTS}; 0 for none
     * @param encoder puts the ids together
     */
    public P3Batches(List<P3Tokens> tasks, long seed, Weighting weighting, int shots, P3Encoder encoder) {
        this(
                tasks,
                new P3Sampler(
                        tasks.stream().map(P3Tokens::task).toList(),
                        tasks.stream().mapToInt(P3Tokens::rows).toArray(),
                        seed,
                        weighting,
                        shots),
                encoder);
    }

    @Override
    public EncodedExample example(long step, int slot) {
        P3Sampler.Draw draw = sampler.draw(step, slot);
        P3Tokens task = tasks.get(draw.task());
        long[] input = task.input(draw.row());
        List<long[]> demonstrations = new ArrayList<>();
        for (int row : draw.demonstrations()) {
            long[] other = task.input(row);
            // Some datasets hold a row twice: the answer must not be given away.
            if (!Arrays.equals(other, input)) {
                demonstrations.add(P3Encoder.demonstration(other, task.target(row)));
            }
        }
        return encoder.encode(draw.task(), demonstrations, input, task.target(draw.row()));
    }

    @Override
    public int padToMultipleOf() {
        return encoder.options().padToMultipleOf();
    }
}

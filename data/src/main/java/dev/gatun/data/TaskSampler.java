package dev.gatun.data;

import dev.gatun.data.SniTask.Example;
import dev.gatun.data.SniTask.Instance;
import dev.gatun.data.internal.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Draws what each slot of each training step works on: a task, an instance of it with one of its references, and the
 * demonstrations (spec §8).
 *
 * <p>Every draw is independent and depends on nothing but (seed, step, slot). Slots are numbered through the whole batch of an
 * optimizer step, so ranks, micro-batches and worker threads may share the slots out in any way and the batch stays the same;
 * a run resumes exactly from its seed and step. The generator is SplitMix64, one stream for each (seed, step, slot), from which
 * are taken in this order: task, instance, reference, then the demonstrations. The numbers are part of what makes runs
 * repeatable and do not change between versions.
 *
 * <p>Immutable and safe for threads.
 */
public final class TaskSampler {
    /** How probable each task is. */
    public enum Weighting {
        /** In proportion to its number of instances, caps already applied: every instance is equally probable. */
        PROPORTIONAL,
        /** Every task equally. */
        UNIFORM
    }

    /** Where the demonstrations come from. */
    public enum Demonstrations {
        /** The task's own positive examples, always the same: what S-NI prescribes. */
        TASK_EXAMPLES,
        /** Other training instances of the task, drawn anew for each slot: more variety for the same task. */
        TRAINING_INSTANCES
    }

    /**
     * What one slot works on.
     *
     * @param task the task's index in the sampler's list
     * @param instance the instance to be answered
     * @param reference the chosen one of its references
     * @param demonstrations the examples to show, in order; never the instance itself
     */
    public record Draw(int task, Instance instance, String reference, List<Example> demonstrations) {}

    private final List<SniTask> tasks;
    private final long seed;
    private final Demonstrations demonstrations;
    private final int shots;
    private final int[] cumulative;

    /**
     * Makes a sampler that draws in proportion to size and shows the tasks' own examples.
     *
     * @param tasks the training tasks, caps applied and held-out instances removed
     * @param seed the run's data seed
     */
    public TaskSampler(List<SniTask> tasks, long seed) {
        this(tasks, seed, Weighting.PROPORTIONAL, Demonstrations.TASK_EXAMPLES, 0);
    }

    /**
     * Makes a sampler.
     *
     * @param tasks the training tasks, caps applied and held-out instances removed
     * @param seed the run's data seed
     * @param weighting how probable each task is
     * @param demonstrations where demonstrations come from
     * @param shots how many training instances to draw as demonstrations; fewer where a task has no more. Of no effect with
     *     {@link Demonstrations#TASK_EXAMPLES}, where {@link EncodingOptions#positiveExamples()} decides
     * @throws DataException if there is no task, or a task has no instance
     */
    public TaskSampler(List<SniTask> tasks, long seed, Weighting weighting, Demonstrations demonstrations, int shots) {
        if (tasks.isEmpty()) {
            throw new DataException("there is no training task to sample from; check the split and the filters");
        }
        this.tasks = List.copyOf(tasks);
        this.seed = seed;
        this.demonstrations = demonstrations;
        this.shots = shots;
        this.cumulative = new int[tasks.size()];
        int total = 0;
        for (int i = 0; i < cumulative.length; i++) {
            int size = tasks.get(i).instances().size();
            if (size == 0) {
                throw new DataException("the training task " + tasks.get(i).name()
                        + " has no instance to sample; leave it out or hold out fewer");
            }
            total = Math.addExact(total, weighting == Weighting.UNIFORM ? 1 : size);
            cumulative[i] = total;
        }
    }

    /**
     * Returns the tasks that draws refer to.
     *
     * @return the tasks, unmodifiable
     */
    public List<SniTask> tasks() {
        return tasks;
    }

    /**
     * Draws for one slot.
     *
     * @param step the optimizer step, counted from any origin
     * @param slot the slot's number in the whole batch of that step
     * @return the draw; always the same for the same seed, step and slot
     */
    public Draw draw(long step, int slot) {
        CounterRandom random = new CounterRandom(seed, step, slot);
        int index = taskAt(random.nextInt(cumulative[cumulative.length - 1]));
        SniTask task = tasks.get(index);
        int query = random.nextInt(task.instances().size());
        Instance instance = task.instances().get(query);
        String reference = reference(instance, random);
        List<Example> shown = demonstrations == Demonstrations.TASK_EXAMPLES
                ? task.positiveExamples()
                : otherInstances(task, query, random);
        return new Draw(index, instance, reference, shown);
    }

    private int taskAt(int ticket) {
        int found = Arrays.binarySearch(cumulative, ticket + 1);
        return found >= 0 ? found : -found - 1;
    }

    private List<Example> otherInstances(SniTask task, int query, CounterRandom random) {
        List<Example> shown = new ArrayList<>();
        for (int i : random.distinct(shots, task.instances().size() - 1).toArray()) {
            Instance other = task.instances().get(i < query ? i : i + 1);
            shown.add(new Example(other.input(), reference(other, random)));
        }
        return shown;
    }

    private static String reference(Instance instance, CounterRandom random) {
        return instance.outputs().get(random.nextInt(instance.outputs().size()));
    }
}

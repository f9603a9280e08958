package dev.gatun.data;

import dev.gatun.data.SniTask.Example;
import dev.gatun.data.SniTask.Instance;
import dev.gatun.data.internal.CounterRandom;
import dev.gatun.data.internal.PythonText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Draws what each slot of each training step works on: a task, an instance of it with one of its references, and the
 * demonstrations (spec §8).
 *
 * <p>Every draw is independent and depends on nothing but (seed, step, slot). Slots are numbered through the whole batch of an
 * optimizer step, so ranks, micro-batches and worker threads may share the slots out in any way and the batch stays the same;
 * a run resumes exactly from its seed and step. The generator is SplitMix64, one stream for each (seed, step, slot), from which
 * are taken in this order: task, instance, reference, the demonstrations, then the symbols of {@link SymbolTuning}. The
 * numbers are part of what makes runs repeatable and do not change between versions.
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
        TRAINING_INSTANCES,
        /**
         * Half of the draws as {@link #TASK_EXAMPLES}, half as {@link #TRAINING_INSTANCES}, but there a task with a closed
         * label set ({@link SniTask#isClosed}) shows, eight times in ten, an instance with the query's output if there is
         * one. Teaches a model trained from scratch to look for the answer in the demonstrations.
         */
        MIXED
    }

    /**
     * What one slot works on.
     *
     * @param task the task's index in the sampler's list
     * @param instance the instance to be answered
     * @param reference the target: the chosen one of its references, or the symbol in its place ({@link SymbolTuning})
     * @param demonstrations the examples to show, in order; none has the instance's input
     */
    public record Draw(int task, Instance instance, String reference, List<Example> demonstrations) {}

    /**
     * How often {@link Demonstrations#MIXED} shows the query's output where it can. Two instances drawn freely seldom show it,
     * and a model then learns which labels are frequent, not to copy; never to miss it would teach that the answer is always
     * there.
     */
    private static final double SHOWS_OUTPUT = 0.8;

    private final List<SniTask> tasks;
    private final boolean[] closed;
    private final long seed;
    private final Demonstrations demonstrations;
    private final int shots;
    private final SymbolTuning symbols;
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
     * Makes a sampler without symbol tuning.
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
        this(tasks, seed, weighting, demonstrations, shots, SymbolTuning.OFF);
    }

    /**
     * Makes a sampler.
     *
     * @param tasks the training tasks, caps applied and held-out instances removed
     * @param seed the run's data seed
     * @param weighting how probable each task is
     * @param demonstrations where demonstrations come from
     * @param shots how many training instances to draw as demonstrations; fewer where a task has no more. With symbol tuning
     *     also how many demonstrations the model will see, as {@link EncodingOptions#positiveExamples()} has it: only
     *     the output of one of them may become a symbol in the reference
     * @param symbols whether labels are replaced
     * @throws DataException if there is no task, or a task has no instance
     * @throws IllegalArgumentException if labels are to be replaced and {@code shots} is less than 1
     */
    public TaskSampler(
            List<SniTask> tasks,
            long seed,
            Weighting weighting,
            Demonstrations demonstrations,
            int shots,
            SymbolTuning symbols) {
        if (symbols.share() > 0 && shots < 1) {
            throw new IllegalArgumentException("symbol tuning needs at least 1 shot, got " + shots);
        }
        if (tasks.isEmpty()) {
            throw new DataException("there is no training task to sample from; check the split and the filters");
        }
        this.tasks = List.copyOf(tasks);
        this.seed = seed;
        this.demonstrations = demonstrations;
        this.shots = shots;
        this.symbols = symbols;
        this.closed = new boolean[tasks.size()];
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
            closed[i] = tasks.get(i).isClosed();
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
     * Returns the seed of the draws.
     *
     * @return the run's data seed
     */
    public long seed() {
        return seed;
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
        List<Example> shown = switch (demonstrations) {
            case TASK_EXAMPLES -> task.positiveExamples();
            case TRAINING_INSTANCES -> otherInstances(task.instances(), query, shots, random);
            case MIXED -> mixed(index, query, reference, random);
        };
        Draw draw = new Draw(index, instance, reference, withoutQuery(shown, instance));
        return closed[index] ? symbols.apply(draw, shots, random) : draw;
    }

    /** Some files hold an input twice, or among the worked examples too: the answer must not be given away. */
    private static List<Example> withoutQuery(List<Example> shown, Instance query) {
        String input = PythonText.strip(query.input());
        return shown.stream()
                        .noneMatch(example -> PythonText.strip(example.input()).equals(input))
                ? shown
                : shown.stream()
                        .filter(example -> !PythonText.strip(example.input()).equals(input))
                        .toList();
    }

    private int taskAt(int ticket) {
        int found = Arrays.binarySearch(cumulative, ticket + 1);
        return found >= 0 ? found : -found - 1;
    }

    private List<Example> mixed(int index, int query, String reference, CounterRandom random) {
        SniTask task = tasks.get(index);
        if (random.nextInt(2) == 0) {
            return task.positiveExamples();
        }
        if (!closed[index] || shots < 1 || random.nextDouble() >= SHOWS_OUTPUT) {
            return otherInstances(task.instances(), query, shots, random);
        }
        int[] alike = IntStream.range(0, task.instances().size())
                .filter(i -> i != query && shows(task.instances().get(i), reference))
                .toArray();
        if (alike.length == 0) {
            return otherInstances(task.instances(), query, shots, random);
        }
        int chosen = alike[random.nextInt(alike.length)];
        // The rest are drawn from a list without the chosen one, where the query may have moved up by one.
        List<Instance> rest = new ArrayList<>(task.instances());
        String input = rest.remove(chosen).input();
        int place = chosen < query ? query - 1 : query;
        List<Example> shown = otherInstances(rest, place, shots - 1, random);
        shown.add(random.nextInt(shown.size() + 1), new Example(input, reference));
        return shown;
    }

    private static boolean shows(Instance instance, String reference) {
        String label = SniTask.label(reference);
        return instance.outputs().stream()
                .anyMatch(output -> SniTask.label(output).equals(label));
    }

    /** Up to {@code count} of the instances, none of them the query, in random order. */
    private static List<Example> otherInstances(List<Instance> instances, int query, int count, CounterRandom random) {
        List<Example> shown = new ArrayList<>();
        for (int i : random.distinct(count, instances.size() - 1).toArray()) {
            Instance other = instances.get(i < query ? i : i + 1);
            shown.add(new Example(other.input(), reference(other, random)));
        }
        return shown;
    }

    private static String reference(Instance instance, CounterRandom random) {
        return instance.outputs().get(random.nextInt(instance.outputs().size()));
    }
}

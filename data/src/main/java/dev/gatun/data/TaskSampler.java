package dev.gatun.data;

import dev.gatun.data.SniTask.Example;
import dev.gatun.data.SniTask.Instance;
import dev.gatun.data.internal.CounterRandom;
import dev.gatun.data.internal.SameInputs;
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
    private final Weighting weighting;
    private final Demonstrations demonstrations;
    private final int shots;
    private final SymbolTuning symbols;
    private final int[] cumulative;
    private final List<SameInputs> same;

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
        this(tasks, tasks, seed, weighting, demonstrations, shots, symbols);
    }

    private TaskSampler(
            List<SniTask> tasks,
            List<SniTask> originals,
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
        this.weighting = weighting;
        this.demonstrations = demonstrations;
        this.shots = shots;
        this.symbols = symbols;
        this.closed = new boolean[tasks.size()];
        this.cumulative = new int[tasks.size()];
        this.same = originals.stream().map(SameInputs::of).toList();
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
     * Returns a sampler with the same draws for tasks whose texts were cut. Cut texts are often alike where the whole ones
     * differ, so what must not be shown beside a query is told by the whole ones.
     *
     * @param originals the tasks before their texts were cut, with the same instances and examples in the same order
     * @return a sampler of the cut tasks
     * @throws IllegalArgumentException if a task has another number of instances or examples than its original
     */
    public TaskSampler ofCut(List<SniTask> originals) {
        boolean fits = originals.size() == tasks.size()
                && IntStream.range(0, tasks.size()).allMatch(i -> fits(tasks.get(i), originals.get(i)));
        if (!fits) {
            throw new IllegalArgumentException(
                    "the originals must be the sampler's tasks before their texts were cut: as many tasks, and in each as"
                            + " many instances and positive examples, in the same order");
        }
        return new TaskSampler(tasks, originals, seed, weighting, demonstrations, shots, symbols);
    }

    private static boolean fits(SniTask cut, SniTask original) {
        return cut.instances().size() == original.instances().size()
                && cut.positiveExamples().size() == original.positiveExamples().size();
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
        Shown shown = switch (demonstrations) {
            case TASK_EXAMPLES -> ownExamples(index);
            case TRAINING_INSTANCES -> otherInstances(index, others(task, query), shots, random);
            case MIXED -> mixed(index, query, reference, random);
        };
        Draw draw = new Draw(
                index, instance, reference, shown.without(same.get(index).instances()[query]));
        return closed[index] ? symbols.apply(draw, shots, random) : draw;
    }

    /** Demonstrations, and the numbers of their inputs in {@link SameInputs}. */
    private record Shown(List<Example> examples, int[] inputs) {
        /** The answer must not be given away; the same list where nothing must go. */
        List<Example> without(int input) {
            if (Arrays.stream(inputs).noneMatch(other -> other == input)) {
                return examples;
            }
            return IntStream.range(0, inputs.length)
                    .filter(i -> inputs[i] != input)
                    .mapToObj(examples::get)
                    .toList();
        }
    }

    private Shown ownExamples(int index) {
        return new Shown(tasks.get(index).positiveExamples(), same.get(index).examples());
    }

    private int taskAt(int ticket) {
        int found = Arrays.binarySearch(cumulative, ticket + 1);
        return found >= 0 ? found : -found - 1;
    }

    private Shown mixed(int index, int query, String reference, CounterRandom random) {
        SniTask task = tasks.get(index);
        if (random.nextInt(2) == 0) {
            return ownExamples(index);
        }
        int[] others = others(task, query);
        if (!closed[index] || shots < 1 || random.nextDouble() >= SHOWS_OUTPUT) {
            return otherInstances(index, others, shots, random);
        }
        int[] alike = Arrays.stream(others)
                .filter(i -> shows(task.instances().get(i), reference))
                .toArray();
        if (alike.length == 0) {
            return otherInstances(index, others, shots, random);
        }
        int chosen = alike[random.nextInt(alike.length)];
        int[] rest = Arrays.stream(others).filter(i -> i != chosen).toArray();
        Shown shown = otherInstances(index, rest, shots - 1, random);
        int place = random.nextInt(shown.examples().size() + 1);
        List<Example> examples = new ArrayList<>(shown.examples());
        examples.add(place, new Example(task.instances().get(chosen).input(), reference));
        int[] inputs = new int[examples.size()];
        System.arraycopy(shown.inputs(), 0, inputs, 0, place);
        inputs[place] = same.get(index).instances()[chosen];
        System.arraycopy(shown.inputs(), place, inputs, place + 1, inputs.length - place - 1);
        return new Shown(examples, inputs);
    }

    private static boolean shows(Instance instance, String reference) {
        String label = SniTask.label(reference);
        return instance.outputs().stream()
                .anyMatch(output -> SniTask.label(output).equals(label));
    }

    /** The instances of {@code task} but the query. */
    private static int[] others(SniTask task, int query) {
        return IntStream.range(0, task.instances().size())
                .filter(i -> i != query)
                .toArray();
    }

    /** Up to {@code count} of the instances at {@code places}, in random order. */
    private Shown otherInstances(int index, int[] places, int count, CounterRandom random) {
        List<Example> shown = new ArrayList<>();
        int[] drawn = random.distinct(count, places.length).toArray();
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = places[drawn[i]];
            Instance other = tasks.get(index).instances().get(drawn[i]);
            shown.add(new Example(other.input(), reference(other, random)));
        }
        int[] inputs =
                Arrays.stream(drawn).map(i -> same.get(index).instances()[i]).toArray();
        return new Shown(shown, inputs);
    }

    private static String reference(Instance instance, CounterRandom random) {
        return instance.outputs().get(random.nextInt(instance.outputs().size()));
    }
}

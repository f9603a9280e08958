package dev.gatun.hart.model;

import dev.gatun.nn.Transfer;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * L_cst (specification 5): the mean squared difference between the states h and those of the previous optimizer step,
 * which are constants; {@link Pairing} says which of those. Slots are numbered over the whole batch, so the loss does not
 * depend on how the batch is cut into micro-batches or over ranks: each contributes its share of the mean ({@link Pairing#MEAN}
 * takes a rank's slots in one piece only). States are [B, L, 2, D] of HART and [B, Q, D] of HyperTuning. Legend: B slots of a micro-batch, L
 * pairs, Q queries, D model.
 */
public final class ConsistencyLoss implements AutoCloseable {
    private static final String PREVIOUS = "consistency.previous";
    private static final String TASKS = "consistency.tasks";

    private record Pending(Tensor states, int[] tasks) {}

    private final int slots;
    private final Pairing pairing;
    private final TreeMap<Integer, Pending> pending = new TreeMap<>();
    /** The previous step's states, [slots, …]; the rows of {@link #rowOfTask} for {@link Pairing#TASK}. */
    private Tensor previous;

    private Map<Integer, Integer> rowOfTask = Map.of();

    private SlotShare mine;

    /** Of the previous step's states over all ranks: their mean [1, …], and for {@link Pairing#ALLPAIRS} their variance, a scalar. */
    private Tensor[] moments = {};

    /** For batches of {@code slots} examples, paired by slot. */
    public ConsistencyLoss(int slots) {
        this(slots, Pairing.SLOT);
    }

    /** For batches of {@code slots} examples. */
    public ConsistencyLoss(int slots, Pairing pairing) {
        this.slots = slots;
        this.mine = SlotShare.alone(slots);
        this.pairing = pairing;
    }

    /**
     * Tells, before the first share, that several processes share the batch: from then on {@link #commit}, {@link #buffers} and
     * {@link #restore(Map)} are called by all of them together, and pairing by mean by {@link #share} too.
     *
     * @param firstSlot the first of this rank's slots
     * @param rows how many it has
     * @param ranks how many ranks there are
     * @param sumOverRanks replaces a tensor by its sum over all ranks
     */
    public void distribute(int firstSlot, int rows, int ranks, Consumer<Tensor> sumOverRanks) {
        this.mine = new SlotShare(slots, firstSlot, rows, ranks, sumOverRanks);
    }

    /** As {@link #share(Tensor, int, int[])}, for pairings that do not ask for tasks. */
    public Tensor share(Tensor states, int firstSlot) {
        return share(states, firstSlot, null);
    }

    /**
     * The micro-batch's share of the loss, and remembers its states for the next step.
     *
     * @param states h of the slots from {@code firstSlot} on, [B, …]
     * @param tasks each slot's task, [B]; only {@link Pairing#TASK} needs it
     * @return a scalar, or null when there is no previous step
     * @throws IllegalArgumentException if the pairing needs tasks or the whole batch, and gets neither
     */
    public Tensor share(Tensor states, int firstSlot, int[] tasks) {
        if (pairing == Pairing.TASK && (tasks == null || tasks.length != states.size(0))) {
            throw new IllegalArgumentException("pairing by task needs the task of each of the " + states.size(0)
                    + " slots, not " + Arrays.toString(tasks));
        }
        if (pairing == Pairing.MEAN && states.size(0) != mine.own()) {
            throw new IllegalArgumentException(
                    "pairing of batch means needs the whole batch of " + mine.own() + " slots in one micro-batch, not "
                            + states.size(0) + ": make micro-batches larger or pair by slot");
        }
        Tensor constant = wide(states.detach()).clone().unscoped();
        synchronized (this) {
            Pending earlier = pending.put(firstSlot, new Pending(constant, tasks));
            if (earlier != null) {
                earlier.states().close();
            }
            if (previous == null) {
                return null;
            }
        }
        return compare(wide(states), firstSlot, tasks);
    }

    private Tensor compare(Tensor now, int firstSlot, int[] tasks) {
        long rows = now.size(0);
        double elements = (double) slots * (now.numel() / rows);
        return switch (pairing) {
            case SLOT ->
                squares(now.sub(previous.narrow(0, firstSlot - mine.first(), rows)))
                        .div(elements);
            case MEAN ->
                mine.isAlone() ? now.mean(0).sub(previous.mean(0)).square().mean() : meanOverRanks(now);
            case TASK -> sameTask(now, tasks).div(elements);
            case ALLPAIRS -> {
                // The mean over all b' of |h_b - h'_b'|^2 is |h_b - mean h'|^2 and the variance of h'.
                Tensor mean = mine.isAlone() ? previous.mean(0) : moments[0];
                Tensor variance = mine.isAlone() ? squares(previous.sub(mean)).div((double) slots) : moments[1];
                yield squares(now.sub(mean)).add(variance.mul((double) rows)).div(elements);
            }
        };
    }

    /** An equal share of the value for each rank, but the whole gradient of this rank's states. */
    private Tensor meanOverRanks(Tensor now) {
        Tensor own = now.sum(0);
        Tensor others = own.detach().clone();
        mine.sum().accept(others);
        Tensor mean = own.add(others.sub_(own.detach())).div((double) slots);
        Tensor loss = mean.sub(moments[0]).square().mean();
        return loss.sub(loss.detach().mul(1 - 1.0 / mine.ranks()));
    }

    private Tensor sameTask(Tensor now, int[] tasks) {
        List<Long> known = new ArrayList<>();
        List<Long> before = new ArrayList<>();
        for (int b = 0; b < tasks.length; b++) {
            Integer row = rowOfTask.get(tasks[b]);
            if (row != null) {
                known.add((long) b);
                before.add((long) row);
            }
        }
        Tensor rows = Transfer.to(index(known), now.device());
        return squares(
                now.index_select(0, rows).sub(previous.index_select(0, Transfer.to(index(before), now.device()))));
    }

    private static Tensor index(List<Long> rows) {
        return Tensor.of(rows.stream().mapToLong(row -> row).toArray(), rows.size());
    }

    private static Tensor squares(Tensor difference) {
        return difference.square().sum();
    }

    /** At least float32, whatever the models compute in: differences of almost equal states need the digits. */
    private static Tensor wide(Tensor states) {
        return states.dtype() == DType.FLOAT64 ? states : states.to(DType.FLOAT32);
    }

    /** The optimizer made its step: the remembered states become the previous ones. */
    public synchronized void commit() {
        try (Scope scope = Scope.open()) {
            Tensor joined =
                    Torch.cat(pending.values().stream().map(Pending::states).toArray(Tensor[]::new), 0);
            if (joined.size(0) != mine.own()) {
                throw new IllegalStateException(
                        "the micro-batches gave " + joined.size(0) + " of " + mine.own() + " slots");
            }
            if (pairing == Pairing.TASK) {
                int[] tasks = pending.values().stream()
                        .flatMapToInt(part -> Arrays.stream(part.tasks()))
                        .toArray();
                remember(mine.gathered(joined), mine.gathered(tasks, joined.device()));
            } else {
                replace(scope.promote(joined));
                measure();
            }
        }
        discard();
    }

    /** What the states of all ranks have in common, where a pairing asks for that. */
    private void measure() {
        forget();
        if (mine.isAlone() || previous == null || pairing != Pairing.MEAN && pairing != Pairing.ALLPAIRS) {
            return;
        }
        try (Scope _ = Scope.open()) {
            Tensor mean = mine.mean(previous.sum(0));
            Tensor variance = mine.mean(squares(previous.sub(mean)));
            moments = new Tensor[] {mean.unscoped(), variance.unscoped()};
        }
    }

    private void forget() {
        for (Tensor moment : moments) {
            moment.close();
        }
        moments = new Tensor[0];
    }

    /** Keeps each task's last state: of this step where it is in the batch (the last of several slots), else its older one. */
    private void remember(Tensor joined, int[] tasks) {
        Map<Integer, Tensor> last = new TreeMap<>();
        rowOfTask.forEach((task, row) -> last.put(task, previous.select(0, row)));
        for (int slot = 0; slot < tasks.length; slot++) {
            last.put(tasks[slot], joined.select(0, slot));
        }
        Tensor stacked = Torch.stack(last.values().toArray(Tensor[]::new), 0);
        replace(stacked);
        rowOfTask = numbered(List.copyOf(last.keySet()));
    }

    private static Map<Integer, Integer> numbered(List<Integer> tasks) {
        Map<Integer, Integer> rows = new TreeMap<>();
        tasks.forEach(task -> rows.put(task, rows.size()));
        return rows;
    }

    private void replace(Tensor states) {
        if (previous != null) {
            previous.close();
        }
        previous = states == null ? null : states.unscoped();
    }

    /** The step was skipped: the previous states stay. */
    public synchronized void discard() {
        pending.values().forEach(part -> part.states().close());
        pending.clear();
    }

    /** The previous step's states [slots, …], or null before the first; of each task seen, pairing by task. */
    public synchronized Tensor previous() {
        return previous;
    }

    /**
     * What the next step depends on, by name, for a checkpoint; empty before the first step. {@code consistency.tasks} is
     * there when states are paired by task. The states are those of all ranks, and stay this object's where there is one.
     */
    public synchronized Map<String, Tensor> buffers() {
        if (previous == null) {
            return Map.of();
        }
        if (pairing != Pairing.TASK) {
            return Map.of(PREVIOUS, mine.gathered(previous));
        }
        List<Long> tasks = rowOfTask.keySet().stream().map(Integer::longValue).toList();
        return Map.of(PREVIOUS, previous, TASKS, index(tasks));
    }

    /** Takes over what {@link #buffers()} returned; fails as {@link #restore(Tensor)} does. */
    public synchronized void restore(Map<String, Tensor> buffers) {
        Tensor tasks = buffers.get(TASKS);
        if (pairing != Pairing.TASK || buffers.isEmpty()) {
            restore(buffers.get(PREVIOUS));
            return;
        }
        if (tasks == null || tasks.size(0) != buffers.get(PREVIOUS).size(0)) {
            throw new IllegalArgumentException("the checkpoint does not say which task each of its states is of");
        }
        replace(buffers.get(PREVIOUS));
        rowOfTask = numbered(
                Arrays.stream(tasks.toLongArray()).mapToObj(task -> (int) task).toList());
    }

    /**
     * Takes over the states of a checkpoint, [slots, …], or null for none.
     *
     * @throws IllegalArgumentException if they are of another number of slots, or pairing is by task, which needs those
     */
    public synchronized void restore(Tensor states) {
        if (states != null && (states.size(0) != slots || pairing == Pairing.TASK)) {
            throw new IllegalArgumentException("the states of " + Arrays.toString(states.shape())
                    + " do not fit a batch of " + slots + " paired by " + pairing);
        }
        replace(states == null ? null : mine.ownRows(states));
        rowOfTask = Map.of();
        measure();
    }

    @Override
    public void close() {
        discard();
        replace(null);
        forget();
        rowOfTask = Map.of();
    }
}

package dev.gatun.hart.model;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * L_cst (specification 5): the mean squared difference between each slot's states h and the same slot's of the previous
 * optimizer step, which is a constant. Slots are numbered over the whole batch, so the loss does not depend on how the
 * batch is cut into micro-batches: each contributes its share of the mean. Written for HART's states; HyperTuning's [B, Q, D]
 * are compared in the same way. Legend: B slots of a micro-batch, L pairs, D model.
 */
public final class ConsistencyLoss implements AutoCloseable {
    private final int slots;
    private Tensor previous;
    private final TreeMap<Integer, Tensor> pending = new TreeMap<>();

    /** For batches of {@code slots} examples. */
    public ConsistencyLoss(int slots) {
        this.slots = slots;
    }

    /**
     * The micro-batch's share of the loss, and remembers its states for the next step.
     *
     * @param states h of the slots from {@code firstSlot} on, [B, L, 2, D]
     * @return a scalar, or null when there is no previous step
     */
    public Tensor share(Tensor states, int firstSlot) {
        Tensor constant = wide(states.detach()).clone().unscoped();
        synchronized (this) {
            Tensor earlier = pending.put(firstSlot, constant);
            if (earlier != null) {
                earlier.close();
            }
            if (previous == null) {
                return null;
            }
        }
        long rows = states.size(0);
        Tensor difference = wide(states).sub(previous.narrow(0, firstSlot, rows));
        return difference.square().sum().div((double) previous.numel());
    }

    /** At least float32, whatever the models compute in: differences of almost equal states need the digits. */
    private static Tensor wide(Tensor states) {
        return states.dtype() == DType.FLOAT64 ? states : states.to(DType.FLOAT32);
    }

    /** The optimizer made its step: the remembered states become the previous ones. */
    public synchronized void commit() {
        try (Scope scope = Scope.open()) {
            Tensor joined = dev.gatun.torch.Torch.cat(pending.values().toArray(Tensor[]::new), 0);
            if (joined.size(0) != slots) {
                throw new IllegalStateException("the micro-batches gave " + joined.size(0) + " of " + slots + " slots");
            }
            restore(scope.promote(joined).unscoped());
        }
        discard();
    }

    /** The step was skipped: the previous states stay. */
    public synchronized void discard() {
        pending.values().forEach(Tensor::close);
        pending.clear();
    }

    /** The previous step's states [slots, L, 2, D], or null before the first; for a checkpoint. */
    public synchronized Tensor previous() {
        return previous;
    }

    /**
     * Takes over the states of a checkpoint, [slots, L, 2, D], or null for none.
     *
     * @throws IllegalArgumentException if they are of another number of slots
     */
    public synchronized void restore(Tensor states) {
        if (states != null && states.size(0) != slots) {
            throw new IllegalArgumentException(
                    "the states of " + Arrays.toString(states.shape()) + " do not fit a batch of " + slots);
        }
        if (previous != null) {
            previous.close();
        }
        previous = states == null ? null : states.unscoped();
    }

    @Override
    public void close() {
        discard();
        restore(null);
    }
}

package dev.gatun.nn;

import dev.gatun.torch.Tensor;
import java.util.function.UnaryOperator;

/**
 * A change to what one {@link Updatable} module computes, laid over it without touching its parameters: a LoRA, an adapter.
 * Attached to the module it acts in every call ({@link UpdateSlot#attach}); carried by the input it acts in that call alone
 * ({@link ModuleUpdates}).
 */
@FunctionalInterface
public interface ModuleUpdate {
    /**
     * Returns what the module is to return.
     *
     * @param input what the module was given, [..., in]
     * @param output what it computed from that, [..., out]: new, nobody else's, and free to be written over
     */
    Tensor apply(Tensor input, Tensor output);

    /** Whether it is the same for every example of a batch. */
    default boolean isShared() {
        return true;
    }

    /**
     * This update for the batch rows {@code index}, int64 [N], in that order: its own tensors' rows where each example has
     * its own, in the current scope; otherwise this very update.
     */
    default ModuleUpdate rows(Tensor index) {
        return this;
    }

    /**
     * This update with {@code other} in the place of each of its tensors, always in the same order. An update whose tensors
     * were computed with gradients says so here, or its module cannot be checkpointed.
     */
    default ModuleUpdate with(UnaryOperator<Tensor> other) {
        return this;
    }
}

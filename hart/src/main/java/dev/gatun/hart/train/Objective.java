package dev.gatun.hart.train;

import dev.gatun.data.Batch;
import dev.gatun.data.SlotRange;
import dev.gatun.nn.Module;
import dev.gatun.torch.Device;
import dev.gatun.torch.Tensor;
import java.util.Map;

/** What a stage minimises. Micro-batches may be given by several threads at once, each with its own batch. */
public interface Objective extends AutoCloseable {
    /**
     * A micro-batch's share of the step's loss: the shares of all micro-batches add up to the loss.
     *
     * @param pred the prediction loss's share, a scalar
     * @param cst the consistency loss's share, a scalar, or null where there is none
     * @param total what is differentiated
     */
    record Share(Tensor pred, Tensor cst, Tensor total) {}

    /**
     * Computes a share, recorded for the backward pass.
     *
     * @param firstSlot the global number of the micro-batch's first example
     * @param targetTokens target tokens in the whole batch, over all micro-batches and ranks
     */
    Share share(DeviceBatch batch, int firstSlot, long targetTokens);

    /** The same for a batch that is still on the host. */
    default Share share(Batch batch, int firstSlot, long targetTokens) {
        return share(DeviceBatch.of(batch, device()), firstSlot, targetTokens);
    }

    /** Where it computes. */
    default Device device() {
        return trained().parameters().getFirst().get().device();
    }

    /** What is trained. */
    Module trained();

    /** What the stage's learning rate is multiplied with for a parameter, by its name in {@link #trained()}. */
    default double lrScale(String parameter) {
        return 1.0;
    }

    /** Whether {@link #share} draws random numbers, as dropout does: then micro-batches come one after another. */
    default boolean usesRandomness() {
        return false;
    }

    /**
     * Tells, before the first share, that this process is one of several, and gets the slots {@code mine} of each batch. From
     * then on {@link #stepped}, {@link #buffers} and {@link #restore} are called on all ranks together.
     */
    default void distribute(World world, SlotRange mine) {}

    /** The optimizer made its step. Not to be called for a step that was skipped: what it left behind gives way to the next one's. */
    default void stepped() {}

    /** Tensors beside the parameters that the next step depends on, by name: they belong into a checkpoint. */
    default Map<String, Tensor> buffers() {
        return Map.of();
    }

    /** Takes over what {@link #buffers()} returned; an absent name stands for none. */
    default void restore(Map<String, Tensor> buffers) {}

    @Override
    default void close() {}
}

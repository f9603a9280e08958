package dev.gatun.nn.distributed;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.List;

/** Gradients of one type that lie in one tensor, one behind the other, and are reduced together. */
final class Bucket implements AutoCloseable {
    private final List<Slot> slots;
    private final long length;
    private Tensor flat;
    private Reduction reduction;
    /** How many gradients are still to come before it can be reduced. */
    int missing;
    /** Whether its reduction has begun in this step. */
    boolean launched;

    /** A bucket without memory yet of {@code length} elements; each slot knows where its gradient begins. */
    Bucket(List<Slot> slots, long length) {
        this.slots = List.copyOf(slots);
        this.length = length;
        this.missing = slots.size();
        slots.forEach(slot -> slot.bucket = this);
    }

    List<Slot> slots() {
        return slots;
    }

    private void allocate() {
        if (flat == null) {
            Slot first = slots.getFirst();
            // Zeros, because nothing else writes the padding.
            flat = Torch.zeros(new long[] {length}, TensorOptions.of(first.dtype(), first.device()))
                    .unscoped();
        }
    }

    private Tensor view(Slot slot) {
        return flat.narrow(0, slot.offset, slot.numel()).view(slot.parameter().shape());
    }

    /**
     * Moves the gradient of {@code slot} in here, adds it if there is one already; the parameter has none then. Autograd
     * puts what it may compute later into a tensor of its own, so nothing ever writes here while the bucket is reduced.
     */
    void collect(Slot slot) {
        allocate();
        Tensor gradient = slot.parameter().grad();
        Tensor view = view(slot);
        if (gradient != null) {
            if (slot.collected) {
                view.add_(gradient);
            } else if (!gradient.is_set_to(view)) {
                view.copy_(gradient);
            }
            slot.collected = true;
            slot.leaf().setGrad(null);
        } else if (!slot.collected) {
            view.zero_();
        }
    }

    /** Begins to reduce it over all ranks. */
    void launch(ProcessGroup group, DistributedDataParallel.Options options) {
        reduction = Reduction.begin(group, flat, options);
        launched = true;
    }

    /** Waits for the reduction. */
    void await() {
        reduction.await();
        reduction = null;
    }

    /** Hands the reduced gradient of {@code slot} to its parameter, as a view. */
    void release(Slot slot) {
        slot.leaf().setGrad(view(slot));
    }

    /** Makes it ready for the next step. */
    void reset() {
        launched = false;
        missing = slots.size();
    }

    @Override
    public void close() {
        if (flat != null) {
            flat.close();
            flat = null;
        }
    }
}

package dev.gatun.nn.distributed;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.List;

/** Gradients of one type that lie in one tensor, one behind the other, and are reduced together. */
final class Bucket implements AutoCloseable {
    private final List<Slot> slots;
    private final long length;
    private final Parts parts;
    private final boolean keepsPart;
    private Tensor flat;
    /** This rank's part of the reduced gradients, if it keeps no more. */
    private Tensor part;

    private Reduction reduction;
    /** How many gradients are still to come before it can be reduced. */
    int missing;
    /** Whether its reduction has begun in this step. */
    boolean launched;

    /**
     * The ranks' parts.
     *
     * @param cuts where the part of each rank begins, and the end
     */
    record Parts(Sharding sharding, long[] cuts) {
        long begin() {
            return cuts[sharding.rank()];
        }

        long end() {
            return cuts[sharding.rank() + 1];
        }
    }

    /** A bucket without memory yet of {@code length} elements; {@code parts} is null if the ranks have none. */
    Bucket(List<Slot> slots, long length, Parts parts) {
        this.slots = List.copyOf(slots);
        this.length = length;
        this.parts = parts;
        this.keepsPart = parts != null && parts.sharding().keepsPartOfGradients();
        this.missing = slots.size();
        slots.forEach(slot -> slot.bucket = this);
    }

    List<Slot> slots() {
        return slots;
    }

    Parts parts() {
        return parts;
    }

    long bytes(long elements) {
        return elements * slots.getFirst().dtype().byteSize();
    }

    /** What its gradients take between the steps of training. */
    long bytesKept() {
        return bytes(keepsPart ? parts.end() - parts.begin() : length);
    }

    /** A new tensor of the bucket's length; zeros, because nothing else writes the padding. */
    Tensor zeros() {
        Slot first = slots.getFirst();
        return Torch.zeros(new long[] {length}, TensorOptions.of(first.dtype(), first.device()));
    }

    private Tensor view(Slot slot) {
        return flat.narrow(0, slot.offset, slot.numel()).view(slot.leaf().shape());
    }

    /**
     * Moves the gradient of {@code slot} in here, adds it if there is one already; the parameter has none then. Autograd
     * puts what it may compute later into a tensor of its own, so nothing ever writes here while the bucket is reduced.
     */
    void collect(Slot slot) {
        flat = flat == null ? zeros().unscoped() : flat;
        Tensor gradient = slot.leaf().grad();
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
        boolean scatters = keepsPart && parts.sharding().isEven();
        reduction = Reduction.begin(group, flat, scatters ? parts.end() - parts.begin() : 0, options);
        launched = true;
    }

    /** Waits for the reduction, if it has not been waited for. */
    void await() {
        if (reduction == null) {
            return;
        }
        Tensor own = reduction.await();
        reduction = null;
        if (keepsPart) {
            if (own == null) {
                own = flat.narrow(0, parts.begin(), parts.end() - parts.begin())
                        .clone()
                        .unscoped();
            }
            flat.close();
            flat = null;
            if (part == null) {
                part = own;
            } else {
                part.add_(own);
                own.close();
            }
        }
    }

    /** Hands the reduced gradient of {@code slot} to its parameter and to this rank's shard of it, as views. */
    void release(Slot slot) {
        if (!keepsPart) {
            slot.leaf().setGrad(view(slot));
        }
        Shard shard = slot.shard;
        if (shard != null) {
            long begin = slot.offset + shard.from() - (keepsPart ? parts.begin() : 0);
            shard.setGradient((keepsPart ? part : flat).narrow(0, begin, shard.length()));
        }
    }

    /** Makes it ready for the next step. */
    void reset() {
        launched = false;
        missing = slots.size();
    }

    /** Forgets this rank's part of the gradients. */
    void zeroGrad() {
        if (part != null) {
            part.close();
            part = null;
        }
    }

    @Override
    public void close() {
        zeroGrad();
        if (flat != null) {
            flat.close();
            flat = null;
        }
    }
}

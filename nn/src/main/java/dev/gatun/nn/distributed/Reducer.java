package dev.gatun.nn.distributed;

import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.RemovableHandle;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Exchanges gradients while a backward pass computes them. Hooks may come on threads of autograd, one at a time. All ranks
 * reduce all buckets in the order of their numbers, whatever comes when, so their collectives always match.
 */
final class Reducer implements AutoCloseable {
    private static final int NAMES_SHOWN = 10;

    private final List<Slot> slots;
    private final ProcessGroup group;
    private final DistributedDataParallel.Options options;
    private final List<RemovableHandle> hooks = new ArrayList<>();
    /** The order in which gradients were last added to, in the first step. */
    private final Set<Slot> arrivals = new LinkedHashSet<>();

    private final Set<Slot> late = new LinkedHashSet<>();
    private List<String> unused = List.of();
    /** Null in the first step, which shows the order that they are laid out in. */
    private List<Bucket> buckets;

    private int launched;
    private int silent;

    Reducer(List<Slot> slots, ProcessGroup group, DistributedDataParallel.Options options) {
        this.slots = slots;
        this.group = group;
        this.options = options;
        slots.forEach(slot -> hooks.add(slot.leaf().registerPostAccumulateGradHook(_ -> added(slot))));
    }

    synchronized DistributedDataParallel.NoSync noSync() {
        silent++;
        boolean[] open = {true};
        return () -> {
            synchronized (this) {
                silent -= open[0] ? 1 : 0;
                open[0] = false;
            }
        };
    }

    List<String> unused() {
        return unused;
    }

    /** A backward pass has added to the gradient of {@code slot}. */
    private synchronized void added(Slot slot) {
        if (silent > 0) {
            return;
        }
        slot.fired++;
        if (buckets == null) {
            arrivals.remove(slot);
            arrivals.add(slot);
        } else if (options.overlap()) {
            arrived(slot);
        }
    }

    private void arrived(Slot slot) {
        if (slot.bucket.launched) {
            late.add(slot);
        } else if (slot.fired >= slot.expected) {
            try (GradMode _ = Torch.noGrad()) {
                slot.bucket.collect(slot);
                slot.bucket.missing -= slot.fired == slot.expected ? 1 : 0;
                while (launched < buckets.size() && buckets.get(launched).missing == 0) {
                    buckets.get(launched++).launch(group, options);
                }
            }
        }
    }

    synchronized void finish() {
        slots.forEach(Slot::leaf);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            if (buckets == null) {
                buckets = BucketPlan.of(order(), options);
            }
            while (launched < buckets.size()) {
                Bucket bucket = buckets.get(launched++);
                bucket.slots().forEach(bucket::collect);
                bucket.launch(group, options);
            }
            boolean[] used = used();
            for (Bucket bucket : buckets) {
                bucket.await();
                bucket.slots().stream().filter(slot -> used[slot.index()]).forEach(bucket::release);
            }
            unused = slots.stream()
                    .filter(slot -> !used[slot.index()])
                    .map(Slot::name)
                    .toList();
        }
        List<String> tooLate = late.stream().map(Slot::name).toList();
        reset();
        complain(tooLate);
    }

    /** Rank 0's order of arrival; parameters without a gradient come last. */
    private List<Slot> order() {
        // Without hooks: backward passes mostly go from the last parameter to the first.
        List<Slot> own = new ArrayList<>(arrivals);
        slots.reversed().stream().filter(slot -> !arrivals.contains(slot)).forEach(own::add);
        long[] indices = own.stream().mapToLong(Slot::index).toArray();
        Tensor numbers = Tensor.of(indices, indices.length).to(slots.getFirst().device(), DType.INT64);
        group.broadcast(numbers, 0).await();
        List<Slot> order = new ArrayList<>();
        for (long number : numbers.toLongArray()) {
            order.add(slots.get((int) number));
        }
        return order;
    }

    /** Which parameters have a gradient: on any rank if that is asked for, else on this one. */
    private boolean[] used() {
        boolean[] used = new boolean[slots.size()];
        int[] own = new int[slots.size()];
        for (Slot slot : slots) {
            used[slot.index()] = slot.collected;
            own[slot.index()] = slot.collected ? 1 : 0;
        }
        if (options.findUnusedParameters()) {
            Tensor any = Tensor.of(own, own.length).to(slots.getFirst().device(), DType.INT32);
            group.allReduce(any, ReduceOp.MAX).await();
            int[] all = any.toIntArray();
            for (int i = 0; i < all.length; i++) {
                used[i] = all[i] != 0;
            }
        }
        return used;
    }

    private void reset() {
        for (Slot slot : slots) {
            slot.expected = Math.max(slot.expected, slot.fired);
            slot.fired = 0;
            slot.collected = false;
        }
        buckets.forEach(Bucket::reset);
        launched = 0;
        late.clear();
        arrivals.clear();
    }

    private void complain(List<String> tooLate) {
        if (!tooLate.isEmpty()) {
            throw new IllegalStateException(
                    "the gradient of " + names(tooLate) + " was added to after it had been sent, so"
                            + " part of it is lost: call finish() after each backward pass, run all passes of a step but the"
                            + " last in noSync(), and if the model's use of them changes from step to step, switch overlap off");
        }
        if (!unused.isEmpty() && !options.findUnusedParameters()) {
            throw new IllegalStateException(unused.size() + " of " + slots.size()
                    + " trained parameters got no gradient on rank " + group.rank() + ": " + names(unused)
                    + "; freeze what the loss does not use, or allow it with"
                    + " Options.withFindUnusedParameters(true)");
        }
    }

    private static String names(Collection<String> names) {
        return names.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", "))
                + (names.size() > NAMES_SHOWN ? " and " + (names.size() - NAMES_SHOWN) + " more" : "");
    }

    @Override
    public synchronized void close() {
        hooks.forEach(RemovableHandle::remove);
        hooks.clear();
        if (buckets != null) {
            buckets.forEach(Bucket::close);
        }
    }
}

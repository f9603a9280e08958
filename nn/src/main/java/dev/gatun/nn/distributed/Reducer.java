package dev.gatun.nn.distributed;

import dev.gatun.torch.GradMode;
import dev.gatun.torch.RemovableHandle;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.Arrays;
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
    /** Where buckets are given up after their reduction, so many may be under way: each takes memory. */
    private static final int BUCKETS_UNDER_WAY = 2;

    private final List<Slot> slots;
    private final ProcessGroup group;
    private final SmallNumbers numbers;
    private final DistributedDataParallel.Options options;
    private final List<RemovableHandle> hooks = new ArrayList<>();
    /** The order in which gradients were last added to, in the first step. */
    private final Set<Slot> arrivals = new LinkedHashSet<>();

    private final Set<Slot> late = new LinkedHashSet<>();
    private List<String> unused = List.of();
    /** Null in the first step, which shows the order that they are laid out in. */
    private List<Bucket> buckets;

    private Sharding sharding;
    /** Whether a step has shown how often each gradient is added to. */
    private boolean learned;

    private int launched;
    private int silent;

    Reducer(List<Slot> slots, ProcessGroup group, DistributedDataParallel.Options options) {
        this.slots = slots;
        this.group = group;
        this.numbers = new SmallNumbers(group, slots.getFirst().device());
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

    /**
     * Divides the parameters among the ranks, in an order that does not depend on a backward pass: shards have to be the
     * same in every run.
     */
    synchronized List<Bucket> shard(Sharding division) {
        if (buckets != null || !arrivals.isEmpty()) {
            throw new IllegalStateException(
                    "this DistributedDataParallel is in use already: give it to one ZeroOptimizer,"
                            + " before the first backward pass");
        }
        sharding = division;
        buckets = BucketPlan.of(slots.reversed(), options, division);
        return buckets;
    }

    /** Empty before the first step if they are not divided. */
    List<Bucket> buckets() {
        return buckets == null ? List.of() : buckets;
    }

    ProcessGroup group() {
        return group;
    }

    List<Slot> slots() {
        return slots;
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
        } else if (options.overlap() && (learned || keepsPart())) {
            arrived(slot);
        }
    }

    private boolean keepsPart() {
        return sharding != null && sharding.keepsPartOfGradients();
    }

    private void arrived(Slot slot) {
        if (slot.bucket.launched) {
            late.add(slot);
        } else if (slot.fired >= slot.expected) {
            try (GradMode _ = Torch.noGrad()) {
                slot.bucket.collect(slot);
                slot.bucket.missing -= slot.fired == slot.expected ? 1 : 0;
                while (launched < buckets.size() && buckets.get(launched).missing == 0) {
                    launch();
                }
            }
        }
    }

    private void launch() {
        buckets.get(launched++).launch(group, options);
        if (keepsPart() && launched > BUCKETS_UNDER_WAY) {
            buckets.get(launched - 1 - BUCKETS_UNDER_WAY).await();
        }
    }

    synchronized void finish() {
        slots.forEach(Slot::leaf);
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            if (buckets == null) {
                buckets = BucketPlan.of(order(), options);
            }
            sendRest();
            boolean[] used = used();
            buckets.forEach(Bucket::await);
            if (!learned && keepsPart()) {
                sendLate();
            }
            slots.stream().filter(slot -> used[slot.index()]).forEach(slot -> slot.bucket.release(slot));
            unused = slots.stream()
                    .filter(slot -> !used[slot.index()])
                    .map(Slot::name)
                    .toList();
        }
        List<String> tooLate = late.stream().map(Slot::name).toList();
        reset();
        learned = true;
        complain(tooLate);
    }

    private void sendRest() {
        while (launched < buckets.size()) {
            Bucket bucket = buckets.get(launched);
            bucket.slots().forEach(bucket::collect);
            launch();
        }
    }

    /**
     * In the first step nobody knows how often gradients are added to. Where they are kept whole nothing is sent until the
     * end of that step; where they are not, what came late is sent in a second round.
     */
    private void sendLate() {
        if (numbers.reduce(new long[] {late.size()}, ReduceOp.MAX)[0] > 0) {
            slots.forEach(slot -> slot.collected = false);
            buckets.forEach(Bucket::reset);
            launched = 0;
            sendRest();
            buckets.forEach(Bucket::await);
            late.clear();
        }
    }

    /** Rank 0's order of arrival; parameters without a gradient come last. */
    private List<Slot> order() {
        // Without hooks: backward passes mostly go from the last parameter to the first.
        List<Slot> own = new ArrayList<>(arrivals);
        slots.reversed().stream().filter(slot -> !arrivals.contains(slot)).forEach(own::add);
        long[] indices = own.stream().mapToLong(Slot::index).toArray();
        return Arrays.stream(numbers.ofFirst(indices))
                .mapToObj(index -> slots.get((int) index))
                .toList();
    }

    /** Which parameters have a gradient: on any rank if that is asked for, else on this one. */
    private boolean[] used() {
        boolean[] used = new boolean[slots.size()];
        long[] own = new long[slots.size()];
        for (Slot slot : slots) {
            used[slot.index()] = slot.collected;
            own[slot.index()] = slot.collected ? 1 : 0;
        }
        if (options.findUnusedParameters()) {
            long[] anywhere = numbers.reduce(own, ReduceOp.MAX);
            for (int i = 0; i < own.length; i++) {
                used[i] = anywhere[i] != 0;
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

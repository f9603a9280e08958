package dev.gatun.nn.distributed;

import dev.gatun.nn.Module;
import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The bytes that training keeps on one rank between steps. Not in it: activations, frozen parameters, and a few buckets
 * (25 MiB each) while gradients or parameters are exchanged.
 *
 * @param parameters trained ones
 * @param gradients of this rank, with the padding of buckets
 * @param state of the optimizer
 */
public record RankMemory(long parameters, long gradients, long state) {
    /** All together. */
    public long total() {
        return parameters + gradients + state;
    }

    static RankMemory of(List<Slot> slots, List<Bucket> buckets, long state) {
        return new RankMemory(
                slots.stream().mapToLong(Slot::bytes).sum(),
                buckets.stream().mapToLong(Bucket::bytesKept).sum(),
                state);
    }

    /** The bytes of the state that {@code optimizer} has now. */
    static long measuredState(Optimizer optimizer) {
        return optimizer.parameters().stream()
                .flatMap(parameter -> optimizer.stateOf(parameter).values().stream())
                .mapToLong(RankMemory::bytes)
                .sum();
    }

    private static long bytes(Tensor tensor) {
        return tensor.numel() * tensor.dtype().byteSize();
    }

    /**
     * What {@link ZeroOptimizer#memory()} is going to be, without training and without a group; {@code model} may be on the
     * meta device, where it takes no memory.
     *
     * @param optimizer of the model's parameters, in its settings
     * @param stage 0, 1 or 2
     * @param rank of {@code ranks}
     */
    public static RankMemory computed(
            Module model,
            Optimizer optimizer,
            DistributedDataParallel.Options options,
            int stage,
            int rank,
            int ranks) {
        List<Slot> slots = new ArrayList<>();
        Map<Parameter, Slot> byParameter = new IdentityHashMap<>();
        model.namedParameters().forEach((name, parameter) -> {
            if (parameter.requiresGrad()) {
                slots.add(new Slot(slots.size(), name, parameter));
                byParameter.put(parameter, slots.getLast());
            }
        });
        if (stage == 0) {
            return of(slots, BucketPlan.of(slots.reversed(), options), stateBytes(optimizer));
        }
        Sharding sharding = Sharding.of(stage, optimizer.partUnit(), rank, ranks);
        List<Bucket> buckets = BucketPlan.of(slots.reversed(), options, sharding);
        Division division = Division.of(optimizer, byParameter, sharding);
        long state = stateBytes(division.own());
        division.shards().forEach(shard -> shard.part().close());
        return of(slots, buckets, state);
    }

    private static long stateBytes(Optimizer optimizer) {
        return optimizer.parameters().stream().mapToLong(optimizer::stateBytes).sum();
    }
}

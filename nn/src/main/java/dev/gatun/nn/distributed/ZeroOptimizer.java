package dev.gatun.nn.distributed;

import dev.gatun.nn.Parameter;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.OptimizerState;
import dev.gatun.torch.Tensor;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Divides an optimizer's state among ranks ({@code ZeroRedundancyOptimizer}; ZeRO): each keeps the state of its part of the
 * parameters, steps that part, and receives the others' parameters. Where the optimizer allows it parameters are cut, at the
 * boundaries of its blocks, so that all parts are of one size; steps and state are the same bits as without division.
 *
 * <pre>{@code
 * var ddp = new DistributedDataParallel(model, group, DistributedDataParallel.Options.DEFAULTS);
 * var optimizer = new ZeroOptimizer(new AdamW8bit(model.parameters(), 1e-4), ddp, 2);
 * ...
 * loss.backward();
 * ddp.finish();
 * optimizer.clipNorm_(1);
 * optimizer.step();
 * optimizer.zeroGrad();
 * }</pre>
 *
 * <p>Stage 0 divides nothing. Stage 1 divides the state. Stage 2 divides the gradients too: after {@code finish()} the
 * parameters have none, each rank has those of its part, and several {@code finish()} without {@link #zeroGrad()} add up.
 *
 * <p>Learning rates are those of the groups of the optimizer given, whose own state stays empty from stage 1 on. Every rank
 * calls the same methods in the same order.
 */
public final class ZeroOptimizer implements AutoCloseable {
    private final Optimizer whole;
    /** Steps this rank's parts; the whole one itself in stage 0. */
    private final Optimizer own;

    private final int stage;
    private final Reducer reducer;
    private final List<Bucket> buckets;
    /** What {@code own} steps, in its order. */
    private final List<Shard> shards;

    private final ShardedGradients gradients;

    /**
     * Takes {@code optimizer} over, which has made no step yet; {@code ddp} stays the caller's.
     *
     * @param stage 0, 1 or 2
     * @throws IllegalArgumentException if a parameter of the optimizer is not one that {@code ddp} trains, or, from stage 1 on,
     *     is not contiguous
     * @throws IllegalStateException if {@code ddp} has another ZeroOptimizer or made a backward pass already
     */
    public ZeroOptimizer(Optimizer optimizer, DistributedDataParallel ddp, int stage) {
        if (stage < 0 || stage > 2) {
            throw new IllegalArgumentException("the stage is 0, 1 or 2, not " + stage);
        }
        this.whole = optimizer;
        this.stage = stage;
        this.reducer = ddp.reducer();
        Map<Parameter, Slot> slots = new IdentityHashMap<>();
        reducer.slots().forEach(slot -> slots.put(slot.parameter(), slot));
        for (Parameter parameter : optimizer.parameters()) {
            if (!slots.containsKey(parameter)) {
                throw new IllegalArgumentException(
                        parameter + " is the optimizer's, but DistributedDataParallel does not"
                                + " train it: give both the same parameters, after freezing");
            }
        }
        if (stage == 0) {
            buckets = List.of();
            shards = List.of();
            own = optimizer;
        } else {
            ProcessGroup group = reducer.group();
            Sharding sharding = Sharding.of(stage, optimizer.partUnit(), group.rank(), group.size());
            buckets = reducer.shard(sharding);
            Division division = Division.of(optimizer, slots, sharding);
            shards = division.shards();
            own = division.own();
        }
        gradients = new ShardedGradients(optimizer.parameters(), slots, reducer.group());
    }

    /** Makes the optimizer's step on every rank's part, and gives all ranks all parameters ({@code step}). */
    public void step() {
        for (int i = 0; i < whole.groups().size(); i++) {
            own.groups().get(i).setLr(whole.groups().get(i).lr());
        }
        own.step();
        if (stage > 0) {
            ParameterExchange.run(buckets, reducer.group());
        }
    }

    /** Forgets all gradients ({@code zero_grad(set_to_none=True)}). */
    public void zeroGrad() {
        whole.zeroGrad();
        own.zeroGrad();
        buckets.forEach(Bucket::zeroGrad);
    }

    /**
     * {@link Gradients#clipNorm_} of the gradients of all ranks' parts taken together; every rank calls it.
     *
     * @return the norm before scaling, the same on all ranks; not finite if a gradient is not
     */
    public double clipNorm_(double maxNorm) {
        try (Tensor norm = clipGradNorm_(maxNorm)) {
            return norm.item().doubleValue();
        }
    }

    /** The same without waiting for the device, apart from the exchange between the ranks; the norm is a new scalar there. */
    public Tensor clipGradNorm_(double maxNorm) {
        return stage == 2
                ? gradients.clipGradNorm_(shards, maxNorm)
                : Gradients.clipGradNorm_(whole.parameters(), maxNorm);
    }

    /**
     * The name of the first parameter of the optimizer whose gradient has a NaN or infinite number on any rank, or null;
     * every rank calls it.
     */
    public String nonFiniteGradient() {
        return gradients.nonFinite(stage == 2 ? shards : null);
    }

    /**
     * This rank's part of the state, whose tensors are the optimizer's own: what it has to save under the name of {@link
     * #stateFile()}. In stage 0 every rank has all of it.
     */
    public OptimizerState state() {
        return stage == 0 ? whole.state() : ShardedState.named(own, whole, shards);
    }

    /** {@code optimizer-1-of-4.safetensors} on rank 1 of 4, {@code optimizer.safetensors} in stage 0. */
    public String stateFile() {
        return stateFiles().get(stage == 0 ? 0 : reducer.group().rank());
    }

    /** What {@link #stateFile()} is on all ranks: the files that belong to one checkpoint. */
    public List<String> stateFiles() {
        int size = reducer.group().size();
        return stage == 0
                ? List.of(ShardedState.WHOLE_FILE)
                : IntStream.range(0, size)
                        .mapToObj(rank -> ShardedState.file(rank, size))
                        .toList();
    }

    /**
     * Takes over what all ranks saved in {@code folder} under the names of {@link #stateFile()}: with any number of ranks, in
     * any stage. Each rank reads what it needs.
     *
     * @throws IllegalArgumentException if the state does not fit or a rank's file is missing, before anything is changed
     * @throws dev.gatun.nn.checkpoint.CheckpointException if a file is damaged
     */
    public void loadState(Path folder) {
        ShardedState.load(folder, whole, own, stage == 0 ? null : shards);
        for (int i = 0; i < whole.groups().size(); i++) {
            whole.groups().get(i).setLr(own.groups().get(i).lr());
        }
    }

    /** The same for an optimizer that is not divided, in a process without a group. */
    public static void loadState(Optimizer optimizer, Path folder) {
        ShardedState.load(folder, optimizer, optimizer, null);
    }

    /** What training takes on this rank now; state is made at the first step. */
    public RankMemory memory() {
        return RankMemory.of(reducer.slots(), reducer.buckets(), RankMemory.measuredState(own));
    }

    /** Frees the state. Parameters are the model's and stay. */
    @Override
    public void close() {
        own.close();
        whole.close();
        for (Shard shard : shards) {
            shard.slot().shard = null;
            shard.part().close();
        }
    }
}

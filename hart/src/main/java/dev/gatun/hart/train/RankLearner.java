package dev.gatun.hart.train;

import dev.gatun.data.SlotRange;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.nn.distributed.DistributedDataParallel;
import dev.gatun.nn.distributed.ReduceOp;
import dev.gatun.nn.distributed.ZeroOptimizer;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.OptimizerState;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.nio.file.Path;
import java.util.List;

/**
 * Learns on one of several ranks: gradients are summed over all of them, as each loss is a share of the mean over the whole
 * batch, while the backward pass of the last micro-batch goes on. The optimizer's state may be divided among the ranks.
 */
final class RankLearner implements Learner {
    private final World world;
    private final Objective objective;
    private final GradientWorkers workers;
    private final DistributedDataParallel ddp;
    private final ZeroOptimizer optimizer;
    private final int stage;

    /** Takes over the optimizer and the workers. */
    RankLearner(
            World world,
            Objective objective,
            Optimizer whole,
            GradientWorkers workers,
            RunConfig.Distributed settings) {
        this.world = world;
        this.objective = objective;
        this.workers = workers;
        this.stage = settings.zero();
        // What a system leaves unused gets no gradient in one process either.
        ddp = new DistributedDataParallel(
                objective.trained(),
                world.group(),
                DistributedDataParallel.Options.DEFAULTS
                        .withOp(ReduceOp.SUM)
                        .withFindUnusedParameters(true)
                        .withCommunicationType(
                                settings.compression() == RunConfig.Compression.BF16 ? DType.BFLOAT16 : null));
        optimizer = new ZeroOptimizer(whole, ddp, stage);
    }

    @Override
    public Tensor compute(List<DeviceBatch> microBatches, List<SlotRange> slots, long targetTokens) {
        if (workers.addUp()) {
            return workers.compute(microBatches, slots, targetTokens); // sent afterwards
        }
        Tensor sum = null;
        for (int i = 0; i < slots.size(); i++) {
            try (Scope scope = Scope.open()) {
                Objective.Share share =
                        objective.share(microBatches.get(i), slots.get(i).first(), targetTokens);
                if (i == slots.size() - 1) {
                    share.total().backward();
                } else {
                    try (DistributedDataParallel.NoSync _ = ddp.noSync()) {
                        share.total().backward();
                    }
                }
                sum = sum == null ? scope.promote(Losses.of(share)) : sum.add_(Losses.of(share));
            }
        }
        return sum;
    }

    @Override
    public void exchange() {
        ddp.finish();
    }

    @Override
    public Tensor clipGradNorm_(double maxNorm) {
        return optimizer.clipGradNorm_(maxNorm);
    }

    @Override
    public String nonFiniteGradient() {
        String name = optimizer.nonFiniteGradient();
        return name == null ? "" : "the gradient of " + name;
    }

    @Override
    public void step() {
        optimizer.step();
    }

    @Override
    public void zeroGrad() {
        optimizer.zeroGrad();
    }

    @Override
    public boolean savesState() {
        return stage > 0 || world.isFirst();
    }

    @Override
    public OptimizerState state() {
        return optimizer.state();
    }

    @Override
    public String stateFile() {
        return optimizer.stateFile();
    }

    @Override
    public List<String> stateFiles() {
        return optimizer.stateFiles();
    }

    @Override
    public void loadState(Path checkpoint) {
        optimizer.loadState(checkpoint);
    }

    @Override
    public void close() {
        workers.close();
        optimizer.close();
        ddp.close();
    }
}

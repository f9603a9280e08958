package dev.gatun.hart.train;

import dev.gatun.data.SlotRange;
import dev.gatun.nn.Module;
import dev.gatun.nn.distributed.ZeroOptimizer;
import dev.gatun.nn.optim.Gradients;
import dev.gatun.nn.optim.NonFinite;
import dev.gatun.nn.optim.Optimizer;
import dev.gatun.nn.optim.OptimizerState;
import dev.gatun.torch.Tensor;
import java.nio.file.Path;
import java.util.List;

/** Learns in one process. */
final class OneProcessLearner implements Learner {
    private final Module trained;
    private final Optimizer optimizer;
    private final GradientWorkers workers;

    /** Takes over the optimizer and the workers. */
    OneProcessLearner(Module trained, Optimizer optimizer, GradientWorkers workers) {
        this.trained = trained;
        this.optimizer = optimizer;
        this.workers = workers;
    }

    @Override
    public Tensor compute(List<DeviceBatch> microBatches, List<SlotRange> slots, long targetTokens) {
        return workers.compute(microBatches, slots, targetTokens);
    }

    @Override
    public void exchange() {}

    @Override
    public Tensor clipGradNorm_(double maxNorm) {
        return Gradients.clipGradNorm_(optimizer.parameters(), maxNorm);
    }

    @Override
    public String nonFiniteGradient() {
        return NonFinite.inGradients(trained).map(NonFinite::toString).orElse("");
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
        return true;
    }

    @Override
    public OptimizerState state() {
        return optimizer.state();
    }

    @Override
    public String stateFile() {
        return Checkpoint.OPTIMIZER;
    }

    @Override
    public List<String> stateFiles() {
        return List.of(stateFile());
    }

    @Override
    public void loadState(Path checkpoint) {
        ZeroOptimizer.loadState(optimizer, checkpoint);
    }

    @Override
    public void close() {
        workers.close();
        optimizer.close();
    }
}

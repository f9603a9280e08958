package dev.gatun.hart.train;

import dev.gatun.data.SlotRange;
import dev.gatun.nn.optim.OptimizerState;
import dev.gatun.torch.Tensor;
import java.nio.file.Path;
import java.util.List;

/** Computes gradients and makes the optimizer's steps: in one process, or on one of several ranks, who do the same together. */
interface Learner extends AutoCloseable {
    /**
     * Computes the gradients of this rank's micro-batches.
     *
     * @param slots the micro-batches' slots in the batch of all ranks
     * @param targetTokens of all ranks
     * @return this rank's shares of the losses ({@link Losses}), in the current scope
     */
    Tensor compute(List<DeviceBatch> microBatches, List<SlotRange> slots, long targetTokens);

    /** Returns when the gradients are those of all ranks. */
    void exchange();

    /** Scales the gradients so that their norm is {@code maxNorm} at most; returns what it was, a scalar on the device. */
    Tensor clipGradNorm_(double maxNorm);

    /** The first gradient that is not finite, in words, or empty; every rank asks. For when clipping has come upon one. */
    String nonFiniteGradient();

    /** Makes the optimizer's step. */
    void step();

    /** Forgets the gradients. */
    void zeroGrad();

    /** Whether this rank has something of the optimizer's state that has to be saved. */
    boolean savesState();

    /** The optimizer's state, or this rank's part of it: the optimizer's own tensors. */
    OptimizerState state();

    /** The name of the file for it, in a checkpoint's folder. */
    String stateFile();

    /** The names of those files that a whole checkpoint has. */
    List<String> stateFiles();

    /** Takes over the state in a checkpoint's folder, of any number of ranks. */
    void loadState(Path checkpoint);

    /** Frees what it made, and the optimizer's state. */
    @Override
    void close();
}

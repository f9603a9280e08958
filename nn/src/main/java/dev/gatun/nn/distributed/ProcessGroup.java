package dev.gatun.nn.distributed;

import dev.gatun.torch.Tensor;

/**
 * Processes that work on tensors together ({@code torch.distributed.ProcessGroup}). Every rank calls the same operations in the
 * same order with tensors of the same shape and dtype. Tensors are contiguous, of floating or integer dtype, and on the group's
 * device; operations change their contents in place and own nothing. All of them return at once, before the work is done; those
 * of one group are done in the order of the calls.
 *
 * <p>One thread at a time. After a failure the group is of no use but for {@link #close}.
 */
public interface ProcessGroup extends AutoCloseable {
    /** This process's number, from 0 to {@link #size()} - 1. */
    int rank();

    /** How many processes there are. */
    int size();

    /**
     * Replaces every rank's {@code tensor} by the reduction of all ({@code all_reduce}). All ranks get the same bits.
     *
     * @throws DistributedException if the tensor is of a kind that the group cannot send, or the group has failed
     */
    Work allReduce(Tensor tensor, ReduceOp op);

    /** Replaces every rank's {@code tensor} by that of {@code root} ({@code broadcast}). */
    Work broadcast(Tensor tensor, int root);

    /**
     * Puts every rank's {@code input}, n elements, one behind the other into {@code output}, size × n elements
     * ({@code all_gather_into_tensor}). {@code input} may be this rank's part of {@code output}.
     */
    Work allGather(Tensor output, Tensor input);

    /**
     * Reduces {@code input}, size × n elements, over the ranks, and puts this rank's n elements of it into {@code output}
     * ({@code reduce_scatter_tensor}). {@code output} may be this rank's part of {@code input}.
     */
    Work reduceScatter(Tensor output, Tensor input, ReduceOp op);

    /** Done when every rank has come here ({@code barrier}). */
    Work barrier();

    /** Leaves the group. Work under way is given up; no rank is waited for. May be called twice. */
    @Override
    void close();
}

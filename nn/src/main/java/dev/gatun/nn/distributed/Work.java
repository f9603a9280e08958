package dev.gatun.nn.distributed;

/**
 * A collective operation under way ({@code torch.distributed.Work}). Its tensors must neither be closed nor changed nor read
 * before {@link #await} has returned.
 */
public interface Work {
    /**
     * Waits until the operation is done on this rank.
     *
     * @throws DistributedException if it failed or took longer than the group's timeout; the group is of no use then and must
     *     be closed
     */
    void await();

    /** Whether {@link #await} would return at once. */
    boolean isDone();
}

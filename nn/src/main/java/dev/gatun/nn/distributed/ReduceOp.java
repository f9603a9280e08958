package dev.gatun.nn.distributed;

/** How the tensors of all ranks become one ({@code torch.distributed.ReduceOp}), element by element. */
public enum ReduceOp {
    /** The sum. */
    SUM,
    /** The sum divided by the number of ranks. */
    AVG,
    /** The largest. */
    MAX,
    /** The smallest. */
    MIN
}

package dev.gatun.nn;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;

/**
 * Token cross-entropy ({@code torch.nn.functional.cross_entropy}) over targets that are not the ignore index. Lower
 * precisions are raised to float32 first. Shapes: {@code logits} [..., V], {@code targets} int64 [...].
 */
public final class CrossEntropy {
    /** PyTorch's and Hugging Face's number for a target that does not count. */
    public static final long IGNORE_INDEX = -100;

    private static final int REDUCTION_MEAN = 1;
    private static final int REDUCTION_SUM = 2;

    private CrossEntropy() {}

    /** The mean over the targets that count, a scalar; NaN when none does, as in PyTorch. */
    public static Tensor mean(Tensor logits, Tensor targets, long ignoreIndex) {
        return reduce(logits, targets, ignoreIndex, REDUCTION_MEAN);
    }

    /**
     * The sum over the targets that count, a scalar, 0 when none does. Divided by the number of targets of the whole
     * batch ({@link #count}), the sums of micro-batches add up to exactly the batch's mean.
     */
    public static Tensor sum(Tensor logits, Tensor targets, long ignoreIndex) {
        return reduce(logits, targets, ignoreIndex, REDUCTION_SUM);
    }

    private static Tensor reduce(Tensor logits, Tensor targets, long ignoreIndex, int reduction) {
        return Module.scoped(() -> flat(logits).cross_entropy_loss(targets.reshape(-1), null, reduction, ignoreIndex));
    }

    /** The log-probability of each target, shaped as {@code targets}; 0 where it does not count. */
    public static Tensor tokenLogProbs(Tensor logits, Tensor targets, long ignoreIndex) {
        return Module.scoped(() -> flat(logits)
                .cross_entropy_loss(targets.reshape(-1), null, 0, ignoreIndex)
                .neg()
                .view(targets.shape()));
    }

    /** How many targets count. Waits for the device. */
    public static long count(Tensor targets, long ignoreIndex) {
        try (Scope _ = Scope.open()) {
            return targets.ne(ignoreIndex).sum().item().longValue();
        }
    }

    private static Tensor flat(Tensor logits) {
        Tensor rows = logits.reshape(-1, logits.size(-1));
        DType dtype = logits.dtype();
        return dtype == DType.FLOAT32 || dtype == DType.FLOAT64 ? rows : rows.to(DType.FLOAT32);
    }
}

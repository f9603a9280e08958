package dev.gatun.nn.distributed;

import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;

/** The reduction of one bucket, under way; of a copy with fewer bits if the options ask for it. */
final class Reduction {
    private final Tensor whole;
    private final Tensor sent;
    /** Where this rank's part comes, if a part is all that it wants. */
    private final Tensor part;

    private final Work work;

    private Reduction(Tensor whole, Tensor sent, Tensor part, Work work) {
        this.whole = whole;
        this.sent = sent;
        this.part = part;
        this.work = work;
    }

    /** Reduces {@code whole}, in place; or, if {@code partLength} is not 0, into a new tensor of this rank's part. */
    static Reduction begin(ProcessGroup group, Tensor whole, long partLength, DistributedDataParallel.Options options) {
        Tensor sent = whole;
        ReduceOp op = options.op();
        if (options.communicationType() != null && options.communicationType() != whole.dtype()) {
            // The mean is taken before the bits are dropped, as PyTorch's bf16_compress_hook does.
            Tensor share = op == ReduceOp.AVG ? whole.div(group.size()) : whole;
            sent = share.to(options.communicationType()).unscoped();
            op = ReduceOp.SUM;
        }
        if (partLength == 0) {
            return new Reduction(whole, sent, null, group.allReduce(sent, op));
        }
        Tensor part = Torch.empty(new long[] {partLength}, TensorOptions.of(sent.dtype(), sent.device()))
                .unscoped();
        return new Reduction(whole, sent, part, group.reduceScatter(part, sent, op));
    }

    /** Waits; returns this rank's part, if that was asked for, as a new tensor of no scope, else null. */
    Tensor await() {
        work.await();
        if (sent == whole) {
            return part;
        }
        Tensor result = null;
        if (part == null) {
            whole.copy_(sent);
        } else {
            result = part.to(whole.dtype()).unscoped();
            part.close();
        }
        sent.close();
        return result;
    }
}

package dev.gatun.nn.distributed;

import dev.gatun.torch.Tensor;

/** The reduction of one bucket, under way; of a copy with fewer bits if the options ask for it. */
final class Reduction {
    private final Tensor whole;
    private final Tensor sent;
    private final Work work;

    private Reduction(Tensor whole, Tensor sent, Work work) {
        this.whole = whole;
        this.sent = sent;
        this.work = work;
    }

    static Reduction begin(ProcessGroup group, Tensor whole, DistributedDataParallel.Options options) {
        if (options.communicationType() == null || options.communicationType() == whole.dtype()) {
            return new Reduction(whole, whole, group.allReduce(whole, options.op()));
        }
        // The mean is taken before the bits are dropped, as PyTorch's bf16_compress_hook does.
        Tensor share = options.op() == ReduceOp.AVG ? whole.div(group.size()) : whole;
        Tensor sent = share.to(options.communicationType()).unscoped();
        return new Reduction(whole, sent, group.allReduce(sent, ReduceOp.SUM));
    }

    void await() {
        work.await();
        if (sent != whole) {
            whole.copy_(sent);
            sent.close();
        }
    }
}

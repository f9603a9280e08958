package dev.gatun.nn.distributed;

import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;

/** Gives all ranks the parameters that each has stepped a part of: one bucket is copied while the next is sent. */
final class ParameterExchange {
    private final Bucket bucket;
    private final Tensor flat;
    private final List<Work> works = new ArrayList<>();

    private ParameterExchange(Bucket bucket, ProcessGroup group) {
        this.bucket = bucket;
        this.flat = bucket.zeros().unscoped();
        for (Slot slot : bucket.slots()) {
            if (slot.shard != null) {
                flat.narrow(0, slot.offset + slot.shard.from(), slot.shard.length())
                        .copy_(slot.shard.part().get().view(-1));
            }
        }
        long[] cuts = bucket.parts().cuts();
        if (bucket.parts().sharding().isEven()) {
            Tensor own = flat.narrow(
                    0,
                    bucket.parts().begin(),
                    bucket.parts().end() - bucket.parts().begin());
            works.add(group.allGather(flat, own));
            return;
        }
        for (int rank = 0; rank < group.size(); rank++) {
            if (cuts[rank] < cuts[rank + 1]) {
                works.add(group.broadcast(flat.narrow(0, cuts[rank], cuts[rank + 1] - cuts[rank]), rank));
            }
        }
    }

    private void finish() {
        works.forEach(Work::await);
        for (Slot slot : bucket.slots()) {
            if (slot.stepped) {
                slot.leaf()
                        .copy_(flat.narrow(0, slot.offset, slot.numel())
                                .view(slot.leaf().shape()));
            }
        }
        flat.close();
    }

    static void run(List<Bucket> buckets, ProcessGroup group) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            ParameterExchange before = null;
            for (Bucket bucket : buckets) {
                ParameterExchange next = new ParameterExchange(bucket, group);
                if (before != null) {
                    before.finish();
                }
                before = next;
            }
            before.finish();
        }
    }
}

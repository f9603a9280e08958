package dev.gatun.nn.distributed;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;

/** Numbers that ranks tell each other, in tensors on the group's device; each call waits. */
record SmallNumbers(ProcessGroup group, Device device) {
    /** Rank 0's. */
    long[] ofFirst(long[] own) {
        try (Scope _ = Scope.open()) {
            Tensor numbers = tensor(own);
            group.broadcast(numbers, 0).await();
            return numbers.toLongArray();
        }
    }

    /** The largest or smallest of all ranks', place by place, or their sums. */
    long[] reduce(long[] own, ReduceOp op) {
        try (Scope _ = Scope.open()) {
            Tensor numbers = tensor(own);
            group.allReduce(numbers, op).await();
            return numbers.toLongArray();
        }
    }

    /** All ranks', one behind the other. */
    long[] gather(long[] own) {
        try (Scope _ = Scope.open()) {
            Tensor input = tensor(own);
            Tensor output = input.repeat(group.size());
            group.allGather(output, input).await();
            return output.toLongArray();
        }
    }

    private Tensor tensor(long[] numbers) {
        return Tensor.of(numbers, numbers.length).to(device, DType.INT64);
    }
}

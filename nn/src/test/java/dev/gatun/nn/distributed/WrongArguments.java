package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;

/** What every group refuses. */
final class WrongArguments {
    private WrongArguments() {}

    static void refuse(ProcessGroup group) {
        int size = group.size();
        try (Scope _ = Scope.open()) {
            refused(
                    () -> group.allReduce(Torch.ones(2, 3).t(), ReduceOp.SUM),
                    "all_reduce SUM of float32[3, 2]",
                    "not contiguous");
            refused(
                    () -> group.allReduce(Torch.ones(2).to(DType.BOOL), ReduceOp.MAX),
                    "bool[2]",
                    "convert it to one of");
            refused(() -> group.allReduce(Torch.ones(2).to(DType.INT64), ReduceOp.AVG), "int64[2]", "use SUM");
            refused(() -> group.broadcast(Torch.ones(2), size), "root " + size + " is no rank");
            refused(() -> group.broadcast(Torch.ones(2), -1), "root -1 is no rank");
            refused(
                    () -> group.allGather(Torch.ones(3 * size), Torch.ones(2)),
                    "float32[" + 3 * size + "] and float32[2]");
            refused(() -> group.reduceScatter(Torch.ones(2), Torch.ones(3 * size), ReduceOp.SUM), "float32[2]");
            refused(
                    () -> group.allGather(Torch.ones(size).to(DType.FLOAT64), Torch.ones(1)),
                    "float64[" + size + "] and float32[1]");
            Tensor closed = Torch.ones(1);
            closed.close();
            assertThatThrownBy(() -> group.allReduce(closed, ReduceOp.SUM))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    private static void refused(Runnable call, String... words) {
        assertThatThrownBy(call::run).isInstanceOf(DistributedException.class).hasMessageContainingAll(words);
    }
}

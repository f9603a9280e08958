package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SingleProcessGroupTest {
    @Test
    void oneProcessHasEverythingAlready() {
        try (ProcessGroup group =
                        ProcessGroups.open(RankInfo.fromEnvironment(Map.of()), ProcessGroups.DEFAULT_TIMEOUT);
                Scope _ = Scope.open()) {
            assertThat(group.rank()).isZero();
            assertThat(group.size()).isOne();
            Tensor x = Tensor.of(new float[] {1, 2}, 2);
            for (ReduceOp op : ReduceOp.values()) {
                group.allReduce(x, op).await();
            }
            group.broadcast(x, 0).await();
            Tensor gathered = Torch.zeros(1, 2);
            group.allGather(gathered, x).await();
            Tensor scattered = Torch.zeros(2).requiresGrad_(true);
            Work work = group.reduceScatter(scattered, x, ReduceOp.AVG);
            assertThat(work.isDone()).isTrue();
            work.await();
            assertThat(x.toFloatArray()).containsExactly(1, 2);
            assertThat(gathered.toFloatArray()).containsExactly(1, 2);
            assertThat(scattered.toFloatArray()).containsExactly(1, 2);
            WrongArguments.refuse(group);
        }
        ProcessGroup closed = ProcessGroups.single();
        closed.close();
        closed.close();
        assertThatThrownBy(closed::barrier).hasMessage("barrier: the group is closed");
    }
}

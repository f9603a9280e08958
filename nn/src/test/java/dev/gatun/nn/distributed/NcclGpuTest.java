package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import dev.gatun.torch.TorchException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The NCCL group on a real GPU: with one, only a group of one rank can be had. */
class NcclGpuTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Device GPU = Device.cuda(0);

    @Test
    void aGroupOfOneGpuDoesAllCollectives() {
        try (Scope _ = Scope.open()) {
            Torch.zeros(new long[] {1}, GPU);
        } catch (TorchException e) {
            assumeTrue(false, "needs a GPU, and GATUN_LIBTORCH for CUDA: " + e.sentence());
        }
        try (TcpStoreServer store = new TcpStoreServer(0);
                Scope _ = Scope.open()) {
            RankInfo alone = new RankInfo(0, 1, 0, 1, 0, "127.0.0.1", store.port(), 0, true, "");
            try (ProcessGroup group = NcclProcessGroup.open(Rendezvous.join(alone, TIMEOUT), 0, TIMEOUT)) {
                for (DType dtype : new DType[] {DType.FLOAT32, DType.BFLOAT16, DType.INT64}) {
                    Tensor x = Torch.arange(1000).to(GPU, dtype);
                    Tensor expected = x.clone();
                    group.allReduce(x, ReduceOp.SUM).await();
                    group.broadcast(x, 0).await();
                    Tensor gathered = Torch.zeros(x.shape(), TensorOptions.of(dtype, GPU));
                    group.allGather(gathered, x).await();
                    Tensor scattered = Torch.zeros(x.shape(), TensorOptions.of(dtype, GPU));
                    Work last = group.reduceScatter(scattered, gathered, ReduceOp.MAX);
                    last.await();
                    assertThat(last.isDone()).isTrue();
                    assertThat(scattered.equal(expected)).isTrue();
                }
                group.barrier().await();
            }
        }
    }
}

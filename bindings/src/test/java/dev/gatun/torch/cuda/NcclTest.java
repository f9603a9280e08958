package dev.gatun.torch.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.ffm.CudartRaw;
import dev.gatun.ffm.NcclRaw;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import dev.gatun.torch.TorchException;
import dev.gatun.torch.cuda.NcclCommunicator.Reduction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How calls of NCCL and CUDA arrive in C, and what comes back, against a library that stands in for them. */
class NcclTest {
    private static final int REMOTE_ERROR = 6;

    @TempDir
    private static Path folder;

    private static NcclStub stub;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        stub = new NcclStub(folder);
    }

    @AfterEach
    void forget() {
        stub.asyncError(0);
        stub.log();
    }

    /** All members of a new group. */
    private static NcclCommunicator[] group(int size, int device) {
        byte[] id = stub.nccl.uniqueId();
        NcclCommunicator[] members = new NcclCommunicator[size];
        for (int rank = 0; rank < size; rank++) {
            members[rank] = stub.nccl.communicator(id, rank, size, device);
        }
        stub.log();
        return members;
    }

    @Test
    void theIdIsPassedByValueAndTheConfigurationSaysThatNoCallWaits() {
        byte[] id = stub.nccl.uniqueId();
        assertThat(id).hasSize(Nccl.UNIQUE_ID_BYTES);
        for (int i = 0; i < id.length; i++) {
            assertThat(id[i]).isEqualTo((byte) (i * 7 + id[0]));
        }
        try (NcclCommunicator one = stub.nccl.communicator(id, 1, 2, 3)) {
            assertThat(one.isReady()).as("before the other rank is there").isFalse();
            try (NcclCommunicator zero = stub.nccl.communicator(id, 0, 2, 0)) {
                assertThat(one.isReady()).isTrue();
                assertThat(zero.isReady()).isTrue();
                assertThat(one.rank()).isEqualTo(1);
                assertThat(one.size()).isEqualTo(2);
            }
        }
        String config = " id=" + id[0] + ".." + id[127] + " config=24,cafebeef,21400,0,-2147483648 device=";
        assertThat(stub.log())
                .containsExactly(
                        "ncclGetUniqueId",
                        "ncclCommInitRankConfig size=2 rank=1" + config + 3,
                        "ncclCommInitRankConfig size=2 rank=0" + config + 0,
                        "ncclCommAbort",
                        "ncclCommAbort");
    }

    @Test
    void everyOperationArrivesWithItsArguments() {
        CudaStream stream = stub.nccl.cuda.streamFromPool(2, true);
        NcclCommunicator[] alone = group(1, 2);
        try (Scope _ = Scope.open();
                NcclCommunicator comm = alone[0]) {
            comm.allReduce(Torch.ones(3, 2), Reduction.AVG, stream);
            comm.allReduce(Torch.ones(5).to(DType.BFLOAT16), Reduction.MAX, stream);
            comm.broadcast(Torch.ones(4).to(DType.INT64), 0, stream);
            comm.allGather(Torch.empty(7), Torch.ones(7), stream);
            comm.reduceScatter(Torch.empty(6), Torch.ones(6), Reduction.MIN, stream);
        }
        assertThat(stub.log())
                .containsExactly(
                        "ncclAllReduce count=6 type=7 op=4 root=-1 place=in device=2 stream=2",
                        "ncclAllReduce count=5 type=9 op=2 root=-1 place=in device=2 stream=2",
                        "ncclBroadcast count=4 type=4 op=-1 root=0 place=in device=2 stream=2",
                        "ncclAllGather count=7 type=7 op=-1 root=-1 place=out device=2 stream=2",
                        "ncclReduceScatter count=6 type=7 op=3 root=-1 place=out device=2 stream=2",
                        "ncclCommAbort");
    }

    @Test
    void ranksGetTheResultsAndEventsTellWhen() {
        NcclCommunicator[] pair = group(2, 0);
        CudaStream[] streams = {stub.nccl.cuda.streamFromPool(0, true), stub.nccl.cuda.streamFromPool(0, false)};
        try (Scope _ = Scope.open();
                NcclCommunicator zero = pair[0];
                NcclCommunicator one = pair[1];
                CudaEvent done = stub.nccl.cuda.newEvent(0)) {
            assertThat(done.query()).as("never recorded").isTrue();
            Tensor a = Tensor.of(new float[] {1, 2});
            Tensor b = Tensor.of(new float[] {10, 20});
            zero.allReduce(a, Reduction.SUM, streams[0]);
            assertThat(zero.isReady()).as("NCCL is at it").isFalse();
            done.record(streams[0]);
            assertThat(done.query()).as("the other rank has not called").isFalse();
            stub.nccl.cuda.currentStream(0).waitEvent(done);
            one.allReduce(b, Reduction.SUM, streams[1]);
            assertThat(done.query()).isTrue();
            assertThat(a.toFloatArray()).containsExactly(11, 22);
            assertThat(b.toFloatArray()).containsExactly(11, 22);
            Tensor all = Torch.zeros(4);
            Tensor same = Torch.zeros(4);
            zero.allGather(all, a, streams[0]);
            one.allGather(same, Tensor.of(new float[] {3, 4}), streams[1]);
            assertThat(all.toFloatArray()).containsExactly(11, 22, 3, 4);
            assertThat(same.toFloatArray()).containsExactly(11, 22, 3, 4);
        }
        assertThat(stub.log())
                .contains(
                        "torch_get_cuda_stream_from_pool high=1 device=0",
                        "torch_get_cuda_stream_from_pool high=0 device=0",
                        "cudaEventCreateWithFlags flags=2 device=0",
                        "cudaStreamWaitEvent flags=0",
                        "cudaEventDestroy");
    }

    @Test
    void failuresCarryBothOfNcclsTexts() {
        stub.failNext(REMOTE_ERROR);
        assertThatThrownBy(() -> stub.nccl.uniqueId())
                .isInstanceOf(CudaException.class)
                .hasMessage(
                        "ncclGetUniqueId: remote process exited (NCCL error 6); stub: told to fail in ncclGetUniqueId");
        NcclCommunicator[] alone = group(1, 0);
        CudaStream stream = stub.nccl.cuda.streamFromPool(0, true);
        try (Scope _ = Scope.open();
                NcclCommunicator comm = alone[0]) {
            stub.failNext(REMOTE_ERROR);
            assertThatThrownBy(() -> comm.broadcast(Torch.ones(1), 0, stream))
                    .isInstanceOf(CudaException.class)
                    .hasMessageStartingWith(
                            "ncclBroadcast: remote process exited (NCCL error 6); stub: told to fail in");
            stub.asyncError(REMOTE_ERROR);
            assertThatThrownBy(comm::isReady)
                    .isInstanceOf(CudaException.class)
                    .hasMessage("NCCL: remote process exited (NCCL error 6); stub: a peer went away");
        }
    }

    @Test
    void wrongArgumentsAreRefusedInJava() {
        assertThatThrownBy(() -> stub.nccl.communicator(new byte[8], 0, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("128 bytes, and this one has 8");
        assertThatThrownBy(() -> stub.nccl.cuda.newEvent(9))
                .isInstanceOf(CudaException.class)
                .hasMessage("cudaSetDevice: invalid device ordinal (CUDA error 101)");
        NcclCommunicator comm = group(1, 0)[0];
        CudaStream stream = stub.nccl.cuda.streamFromPool(0, true);
        try (Scope _ = Scope.open()) {
            assertThatThrownBy(() -> comm.allReduce(Torch.ones(2, 3).t(), Reduction.SUM, stream))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("contiguous()");
            assertThatThrownBy(() -> comm.allReduce(Torch.ones(2).to(DType.BOOL), Reduction.SUM, stream))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no form of bool");
            comm.close();
            comm.close();
            assertThatThrownBy(() -> comm.allReduce(Torch.ones(2), Reduction.SUM, stream))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
        CudaEvent event = stub.nccl.cuda.newEvent(0);
        event.close();
        event.close();
        assertThatThrownBy(event::query).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFunctionThatTheLibraryLacksIsNamed() {
        NcclRaw empty = new NcclRaw(_ -> Optional.empty());
        assertThatThrownBy(() -> empty.ncclCommAbort(0))
                .isInstanceOf(UnsatisfiedLinkError.class)
                .hasMessageContaining("no function ncclCommAbort");
        CudartRaw other = new CudartRaw(_ -> Optional.empty());
        assertThatThrownBy(() -> other.cudaGetDevice(0)).hasMessageContaining("cudaGetDevice");
    }

    @Test
    void withoutCudaLibtorchSaysWhatIsMissing() {
        assertThat(stub.nccl.version()).isEqualTo("2.19.6");
        assumeTrue(CudaRuntime.path(CudaRuntime.LIBRARY) == null, "needs another libtorch, one without CUDA");
        assertThatThrownBy(Nccl::load).isInstanceOf(TorchException.class).hasMessageContaining("built without CUDA");
    }
}

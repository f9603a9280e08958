package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.Nccl;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What {@link NcclProcessGroupTest} runs in a JVM of its own: ranks that are threads, and a stub for CUDA and NCCL. */
@SuppressWarnings("restricted") // looks into libraries
enum NcclScenarios {
    COLLECTIVES {
        @Override
        void run() throws Exception {
            ranks(3, LONG, NcclScenarios::collectives);
        }
    },
    ONE_RANK {
        @Override
        void run() throws Exception {
            ranks(1, LONG, group -> {
                try (Scope _ = Scope.open()) {
                    Tensor x = Torch.ones(2);
                    group.allReduce(x, ReduceOp.SUM).await();
                    group.barrier().await();
                    assertThat(x.toFloatArray()).containsExactly(1, 1);
                }
            });
        }
    },
    /** It meets the others in the store and does not come to NCCL. */
    ABSENT_RANK {
        @Override
        void run() throws Exception {
            meet(2, SHORT, (meeting, timeout) -> {
                if (meeting.info().rank() == 1) {
                    try (ProgressBoard _ = new ProgressBoard(meeting, timeout)) {
                        sleep(timeout.multipliedBy(2));
                    }
                    return;
                }
                assertThatThrownBy(() -> open(meeting, timeout))
                        .isInstanceOf(DistributedException.class)
                        .hasMessageContaining(
                                "connecting 2 ranks by NCCL 2.19.6 (operation 1 of rank 0) took longer than")
                        .hasMessageContaining("rank 1 has not come to it; it has begun 0 operations");
            });
        }
    },
    LATE_RANK {
        @Override
        void run() throws Exception {
            ranks(2, SHORT, group -> {
                try (Scope _ = Scope.open()) {
                    Tensor x = Torch.ones(2, 3);
                    group.allReduce(x, ReduceOp.SUM).await();
                    if (group.rank() == 1) {
                        return;
                    }
                    Work work = group.allReduce(x, ReduceOp.SUM);
                    assertThat(work.isDone()).isFalse();
                    assertThatThrownBy(work::await)
                            .isInstanceOf(DistributedException.class)
                            .hasMessage(
                                    "all_reduce SUM of float32[2, 3] (operation 3 of rank 0) took longer than the group's"
                                            + " timeout of 1.0 s: rank 1 has left the group after 2 operations, the last"
                                            + " all_reduce SUM of float32[2, 3] (NCCL: it is not done)");
                    assertThatThrownBy(group::barrier)
                            .hasMessageContaining("barrier: the group has failed before: all_reduce SUM of");
                }
            });
        }
    },
    /** The thread that looks after the group finds out what nobody waits for. */
    NOBODY_WAITS {
        @Override
        void run() throws Exception {
            ranks(2, SHORT, group -> {
                try (Scope _ = Scope.open()) {
                    Tensor x = Torch.ones(4);
                    if (group.rank() == 0) {
                        group.broadcast(x, 0);
                        sleep(SHORT.multipliedBy(3));
                        assertThatThrownBy(() -> group.broadcast(x, 0))
                                .hasMessageContaining(
                                        "broadcast from rank 0 of float32[4] (operation 2 of rank 0) took longer");
                    }
                }
            });
        }
    },
    LOST_PEER {
        @Override
        void run() throws Exception {
            ranks(1, LONG, group -> {
                try (Scope _ = Scope.open()) {
                    Tensor x = Torch.ones(1);
                    group.allReduce(x, ReduceOp.SUM).await();
                    stub("stub_async_error", 6);
                    sleep(SHORT);
                    stub("stub_async_error", 0);
                    assertThatThrownBy(() -> group.allReduce(x, ReduceOp.SUM))
                            .isInstanceOf(DistributedException.class)
                            .hasMessageContaining("waiting for an operation (operation 3 of rank 0) failed after")
                            .hasMessageContaining("remote process exited (NCCL error 6); stub: a peer went away");
                }
            });
        }
    },
    REFUSED_CALL {
        @Override
        void run() throws Exception {
            ranks(1, LONG, group -> {
                try (Scope _ = Scope.open()) {
                    stub("stub_fail_next", 6);
                    assertThatThrownBy(() -> group.allReduce(Torch.ones(1), ReduceOp.SUM))
                            .isInstanceOf(DistributedException.class)
                            .hasMessageContaining("all_reduce SUM of float32[1] (operation 2 of rank 0) failed after 0")
                            .hasMessageContaining("remote process exited");
                }
            });
        }
    },
    BAD_TENSORS {
        @Override
        void run() throws Exception {
            ranks(1, LONG, NcclScenarios::badTensors);
        }
    },
    CLOSED {
        @Override
        void run() throws Exception {
            ranks(2, LONG, group -> {
                try (Scope _ = Scope.open()) {
                    Work work = group.rank() == 0 ? group.allReduce(Torch.ones(1), ReduceOp.SUM) : null;
                    group.close();
                    group.close();
                    assertThatThrownBy(group::barrier).hasMessageContaining("the group is closed");
                    if (work != null) {
                        assertThatThrownBy(work::await).hasMessageContaining("the group is closed");
                    }
                }
            });
        }
    };

    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(20);

    private static SymbolLookup stub;

    abstract void run() throws Exception;

    /** Takes the path of the stub. */
    public static void main(String[] args) {
        stub = SymbolLookup.libraryLookup(Path.of(args[0]), Arena.global());
        for (NcclScenarios scenario : values()) {
            try {
                scenario.run();
                System.out.println(scenario + ": ok");
            } catch (Throwable t) {
                t.printStackTrace(System.out);
            }
        }
        System.exit(0);
    }

    private static ProcessGroup open(Rendezvous meeting, Duration timeout) {
        return NcclProcessGroup.open(meeting, Nccl.load(), 0, Device.CPU, timeout);
    }

    /** Runs {@code each} for every rank's group, on a thread of its own. */
    private static void ranks(int size, Duration timeout, Consumer<ProcessGroup> each) throws Exception {
        meet(size, timeout, (meeting, _) -> {
            try (ProcessGroup group = open(meeting, timeout)) {
                assertThat(group.rank()).isEqualTo(meeting.info().rank());
                assertThat(group.size()).isEqualTo(size);
                each.accept(group);
            }
        });
    }

    private static void meet(int size, Duration timeout, BiConsumer<Rendezvous, Duration> each) throws Exception {
        List<Future<?>> ranks = new ArrayList<>();
        try (TcpStoreServer store = new TcpStoreServer(0);
                ExecutorService threads = Executors.newFixedThreadPool(size)) {
            for (int rank = 0; rank < size; rank++) {
                RankInfo info = new RankInfo(rank, size, rank, size, 0, "127.0.0.1", store.port(), 0, true, "");
                ranks.add(threads.submit(() -> {
                    try (Rendezvous meeting = Rendezvous.join(info, LONG)) {
                        each.accept(meeting, timeout);
                    }
                }));
            }
            for (Future<?> rank : ranks) {
                rank.get();
            }
        }
    }

    private static void collectives(ProcessGroup group) {
        int rank = group.rank();
        try (Scope _ = Scope.open()) {
            for (ReduceOp op : ReduceOp.values()) {
                Tensor x = Tensor.of(new float[] {rank, 10 * rank});
                group.allReduce(x, op).await();
                float one = switch (op) {
                    case SUM -> 3;
                    case AVG -> 1;
                    case MAX -> 2;
                    case MIN -> 0;
                };
                assertThat(x.toFloatArray()).as(op.toString()).containsExactly(one, 10 * one);
            }
            Tensor from1 = Tensor.of(new long[] {rank, 7});
            group.broadcast(from1, 1).await();
            assertThat(from1.toLongArray()).containsExactly(1, 7);
            Tensor all = Torch.zeros(6);
            group.allGather(all, Tensor.of(new float[] {rank, -rank})).await();
            assertThat(all.toFloatArray()).containsExactly(0, 0, 1, -1, 2, -2);
            Tensor part = Torch.zeros(2);
            group.reduceScatter(part, Tensor.of(new float[] {1, 2, 3, 4, 5, 6}), ReduceOp.SUM)
                    .await();
            assertThat(part.toFloatArray()).containsExactly(3 * (2 * rank + 1), 3 * (2 * rank + 2));
            List<Tensor> many = new ArrayList<>();
            List<Work> works = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                Tensor x = Torch.full(new long[] {i + 1}, i + rank, DType.FLOAT32);
                many.add(x);
                works.add(group.allReduce(x, ReduceOp.SUM));
            }
            works.add(group.barrier());
            works.reversed().forEach(Work::await);
            for (int i = 0; i < 50; i++) {
                assertThat(works.get(i).isDone()).isTrue();
                assertThat(many.get(i).toFloatArray()).containsOnly(3 * i + 3);
            }
        }
    }

    private static void badTensors(ProcessGroup group) {
        try (Scope _ = Scope.open()) {
            assertThatThrownBy(() -> group.allReduce(Torch.ones(2, 3).t(), ReduceOp.SUM))
                    .hasMessageContaining("the tensor is not contiguous");
            assertThatThrownBy(() -> group.allReduce(Torch.ones(2).to(DType.BOOL), ReduceOp.SUM))
                    .hasMessageContaining("tensors of this dtype are not sent");
            assertThatThrownBy(() -> group.allReduce(Torch.ones(2).to(DType.INT64), ReduceOp.AVG))
                    .hasMessageContaining("the average of whole numbers");
            assertThatThrownBy(() -> group.broadcast(Torch.empty(new long[] {2}, Device.META), 0))
                    .hasMessageContaining("the tensor is on meta, and this group's are on cpu");
            assertThatThrownBy(() -> group.broadcast(Torch.ones(2), 1)).hasMessageContaining("root 1 is no rank");
            assertThatThrownBy(() -> group.allGather(Torch.ones(2), Torch.ones(3)))
                    .hasMessageContaining("the one tensor has 1 times the other's elements");
            assertThatThrownBy(() -> group.reduceScatter(Torch.ones(2), Torch.ones(3), ReduceOp.SUM))
                    .hasMessageContaining("the one tensor has 1 times the other's elements");
            Tensor x = Torch.ones(1);
            group.allReduce(x, ReduceOp.SUM).await();
            assertThat(x.item().doubleValue()).isEqualTo(1);
        }
    }

    private static void stub(String function, int status) {
        try {
            Linker.nativeLinker()
                    .downcallHandle(stub.findOrThrow(function), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT))
                    .invokeExact(status);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

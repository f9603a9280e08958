package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Gloo's operations, their tensors and their failures, between threads. */
@Timeout(120)
class GlooThreadsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @BeforeAll
    static void needsMavensLibtorch() {
        MavenLibtorch.assume();
    }

    @Test
    void everyDtypeIsReduced() {
        List<List<String>> results = GlooRanks.run(2, TIMEOUT, group -> {
            List<String> sums = new ArrayList<>();
            try (Scope _ = Scope.open()) {
                for (DType dtype : Collective.KNOWN) {
                    Tensor x = Tensor.of(new float[] {group.rank() + 1, 5}, 2).to(dtype);
                    group.allReduce(x, ReduceOp.SUM).await();
                    Tensor y = Tensor.of(new float[] {group.rank() + 1, 5}, 2).to(dtype);
                    group.allReduce(y, ReduceOp.MAX).await();
                    sums.add(x.to(DType.INT64).toString() + y.to(DType.INT64));
                }
            }
            return sums;
        });
        assertThat(results)
                .allSatisfy(sums -> assertThat(sums)
                        .hasSize(Collective.KNOWN.size())
                        .containsOnly("tensor([ 3, 10])tensor([2, 5])"));
    }

    @Test
    void manyOperationsUnderWayAreDoneInOrder() {
        List<float[]> results = GlooRanks.run(3, TIMEOUT, group -> {
            try (Scope _ = Scope.open()) {
                Tensor x = Torch.randn(1000).add(group.rank());
                List<Work> works = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    works.add(group.allReduce(x, ReduceOp.SUM));
                    works.add(group.broadcast(x, i % 3));
                }
                works.reversed().forEach(Work::await);
                assertThat(works).allMatch(Work::isDone);
                return x.toFloatArray();
            }
        });
        assertThat(results.get(1)).isEqualTo(results.get(0));
        assertThat(results.get(2)).isEqualTo(results.get(0));
        // Each sum of three equal tensors is three times as much: nothing was left out or done twice.
        assertThat(results.get(0)[0] / Math.pow(3, 19)).isBetween(-100.0, 100.0);
        assertThat(Math.abs(results.get(0)[0] / Math.pow(3, 19))).isGreaterThan(1e-3);
    }

    @Test
    void partsMayLieInTheWhole() {
        List<String> results = GlooRanks.run(2, TIMEOUT, group -> {
            try (Scope _ = Scope.open()) {
                int rank = group.rank();
                Tensor whole = Torch.full(new long[] {4}, rank + 1.0);
                group.allGather(whole, whole.narrow(0, 2 * rank, 2)).await();
                Tensor sums = Torch.full(new long[] {2, 2}, rank + 1.0);
                group.reduceScatter(sums.select(0, rank), sums, ReduceOp.AVG).await();
                return whole + " " + sums.select(0, rank);
            }
        });
        assertThat(results).containsOnly("tensor([1., 1., 2., 2.]) tensor([1.5000, 1.5000])");
    }

    @Test
    void parametersAreAveragedWithoutAutograd() {
        List<String> results = GlooRanks.run(2, TIMEOUT, group -> {
            try (Scope _ = Scope.open()) {
                Tensor leaf = Torch.full(new long[] {2}, (double) group.rank()).requiresGrad_(true);
                group.allReduce(leaf, ReduceOp.AVG).await();
                return leaf.toString();
            }
        });
        assertThat(results).containsOnly("tensor([0.5000, 0.5000], requires_grad=True)");
    }

    @Test
    void aTensorThatIsClosedTooEarlyDoesNoHarm() {
        List<Float> results = GlooRanks.run(2, TIMEOUT, group -> {
            List<Work> works = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                try (Scope _ = Scope.open()) {
                    works.add(group.allReduce(Torch.ones(100_000), ReduceOp.AVG));
                }
            }
            works.forEach(Work::await);
            try (Scope _ = Scope.open()) {
                Tensor x = Torch.ones(1);
                group.allReduce(x, ReduceOp.SUM).await();
                return x.item().floatValue();
            }
        });
        assertThat(results).containsOnly(2f);
    }

    @Test
    void wrongArgumentsAreNamedAndLeaveTheGroupAsItIs() {
        GlooRanks.run(2, TIMEOUT, group -> {
            WrongArguments.refuse(group);
            try (Scope _ = Scope.open()) {
                Tensor x = Torch.ones(3);
                group.allReduce(x, ReduceOp.SUM).await();
                assertThat(x.toFloatArray()).containsOnly(2f);
            }
            return null;
        });
    }

    @Test
    void aRankThatDoesNotComeIsNamedInTime() {
        List<String> messages = GlooRanks.run(3, Duration.ofSeconds(4), group -> {
            try (Scope _ = Scope.open()) {
                group.barrier().await();
                if (group.rank() == 1) {
                    sleep(5000);
                    return "";
                }
                long start = System.nanoTime();
                Work first = group.allReduce(Torch.ones(2, 3), ReduceOp.AVG);
                Work second = group.barrier();
                DistributedException e = catchThrowableOfType(DistributedException.class, first::await);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
                assertThat(e.ranks()).containsExactly(1);
                assertThatThrownBy(second::await).hasMessage(e.getMessage());
                assertThatThrownBy(group::barrier)
                        .hasMessageContaining("the group has failed before: " + e.getMessage());
                start = System.nanoTime();
                group.close();
                group.close();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
                assertThatThrownBy(group::barrier).hasMessage("barrier: the group is closed");
                return e.getMessage();
            }
        });
        assertThat(messages.get(0))
                .startsWith(
                        "all_reduce AVG of float32[2, 3] (operation 3 of rank 0) took longer than the group's timeout of"
                                + " 4.0 s: rank 1 has not come to it; it has begun 2 operations, the last barrier");
    }

    @Test
    void sizesThatDifferAreNamedAndTheProcessLives() {
        List<String> messages = GlooRanks.run(2, Duration.ofSeconds(3), group -> {
            try (Scope _ = Scope.open()) {
                Work work = group.allReduce(Torch.ones(group.rank() == 0 ? 1000 : 10), ReduceOp.SUM);
                return catchThrowableOfType(DistributedException.class, work::await)
                        .getMessage();
            }
        });
        assertThat(messages.get(0)).contains("rank 1 calls all_reduce SUM of float32[10] as its operation 2 instead");
        assertThat(messages.get(1)).contains("rank 0 calls all_reduce SUM of float32[1000] as its operation 2 instead");
    }

    @Test
    void theRanksThatDidNotMeetAreNamed() {
        try (TcpStoreServer server = new TcpStoreServer(0)) {
            RankInfo info = new RankInfo(1, 3, 1, 3, 0, "127.0.0.1", server.port(), 0, true, "");
            assertThatThrownBy(() -> ProcessGroups.open(info, Duration.ofMillis(300)))
                    .isInstanceOfSatisfying(
                            DistributedException.class,
                            e -> assertThat(e.ranks()).containsExactly(0, 2))
                    .hasMessageStartingWith("ranks 0, 2 of 3 did not come to the store at 127.0.0.1:" + server.port()
                            + " within 0.3 s");
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

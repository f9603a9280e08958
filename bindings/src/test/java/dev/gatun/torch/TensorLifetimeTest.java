package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Closing, losing, and doing it a thousand times. */
class TensorLifetimeTest {
    @Test
    void aClosedTensorRefusesEverythingButClosing() {
        Tensor tensor = Torch.ones(2);
        tensor.close();
        tensor.close();
        assertThat(tensor.isClosed()).isTrue();
        assertThat(tensor).hasToString("tensor(closed)");
        for (Runnable use : new Runnable[] {
            tensor::shape, tensor::toFloatArray, tensor::grad, tensor::sum, tensor::unscoped, () -> tensor.add_(1)
        }) {
            assertThatThrownBy(use::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("this tensor is closed");
        }
    }

    @Test
    void theCleanerReclaimsLostTensorsAndCountsThem() throws InterruptedException {
        long live = Scope.liveTensors();
        long reclaimed = Scope.reclaimedTensors();
        long unclosed = Scope.unclosedTensors();
        lose(50);
        assertThat(Scope.unclosedTensors()).isEqualTo(unclosed + 50);
        // The frame remembers the operands of its last call: let it remember others.
        Torch.ones(1).close();
        LostTensors.awaitLive(live);
        assertThat(Scope.liveTensors()).isEqualTo(live);
        assertThat(Scope.reclaimedTensors()).isEqualTo(reclaimed + 50);
        assertThat(Scope.unclosedTensors()).isEqualTo(unclosed + 50);
    }

    private static void lose(int count) {
        for (int i = 0; i < count; i++) {
            assertThat(Torch.ones(10).isClosed()).isFalse();
        }
    }

    @Test
    void closedAndScopedTensorsAreNotReclaimedAgain() throws InterruptedException {
        long reclaimed = Scope.reclaimedTensors();
        for (int i = 0; i < 20; i++) {
            Torch.ones(10).close();
            try (Scope scope = Scope.open()) {
                scope.promote(Torch.ones(10)).moveTo(scope);
            }
        }
        System.gc();
        Thread.sleep(100);
        assertThat(Scope.reclaimedTensors()).isEqualTo(reclaimed);
    }

    @Test
    void aThousandIterationsOfForwardAndBackwardLeaveNothing() {
        try (Scope _ = Scope.open()) {
            Tensor weight = Torch.randn(16, 16).requiresGrad_(true);
            Tensor input = Torch.randn(8, 16);
            long baseline = Scope.unclosedTensors();
            for (int i = 0; i < 1000; i++) {
                try (Scope _ = Scope.open()) {
                    Tensor loss =
                            input.matmul(weight).tanh().softmax(-1).log().neg().mean();
                    loss.backward();
                    assertThat(weight.grad().isfinite().all().item().booleanValue())
                            .isTrue();
                    weight.setGrad(null);
                }
                assertThat(Scope.unclosedTensors()).isEqualTo(baseline);
            }
        }
    }

    @Test
    void nativeMemoryStaysFlatToo() throws IOException {
        try (Scope _ = Scope.open()) {
            Tensor weight = Torch.randn(512, 512).requiresGrad_(true); // 1 MiB
            long before = 0;
            for (int i = 0; i < 600; i++) {
                if (i == 100) {
                    before = residentMebibytes();
                }
                try (Scope _ = Scope.open()) {
                    Tensor[] parts = weight.mul(2).split(256);
                    Torch.cat(parts).max(1, false).values().mean().backward();
                    weight.setGrad(null);
                }
            }
            // One tensor an iteration that were lost would make 500.
            assertThat(residentMebibytes() - before).isLessThan(100);
        }
    }

    @Test
    void aMillionOpsLeaveMemoryFlat() throws IOException {
        try (Scope _ = Scope.open()) {
            Tensor x = Torch.ones(64);
            Tensor index = Tensor.of(new long[] {0, 5});
            long resident = 0;
            Memory.Statistics before = Memory.statistics();
            for (int block = 0; block < 1000; block++) {
                if (block == 100) {
                    resident = residentMebibytes();
                }
                try (Scope _ = Scope.open()) {
                    for (int i = 0; i < 249; i++) {
                        x.add(1).mul(2).narrow(0, 1, 3).neg_();
                    }
                    x.set(1, Index.of(index));
                    x.get(Index.slice(1, 5)).sum();
                }
            }
            assertThat(Memory.statistics().liveTensors()).isEqualTo(before.liveTensors());
            assertThat(Memory.statistics().liveBytes()).isEqualTo(before.liveBytes());
            // 900,000 lost handles alone would take 28 MiB, their tensors ten times that.
            assertThat(residentMebibytes() - resident).isLessThan(20);
        }
    }

    static long residentMebibytes() throws IOException {
        String pages = Files.readString(Path.of("/proc/self/statm")).split(" ")[1];
        return Long.parseLong(pages) * 4096 >> 20;
    }

    @Test
    void aFailedOpLeavesNothing() {
        long baseline = Scope.unclosedTensors();
        try (Scope _ = Scope.open()) {
            Tensor a = Torch.ones(2, 3);
            for (int i = 0; i < 1000; i++) {
                assertThatThrownBy(() -> a.mm(a)).isInstanceOf(TorchException.class);
            }
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(baseline);
    }
}

package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many forward and backward passes, on one thread and on eight. */
class TrainingThreadsTest {
    private static final int THREADS = 8;

    private int threadsOfLibtorch;

    @BeforeEach
    void oneThreadPerOp() {
        threadsOfLibtorch = Torch.getNumThreads();
        Torch.setNumThreads(1);
    }

    @AfterEach
    void restoreThreads() {
        Torch.setNumThreads(threadsOfLibtorch);
    }

    @Test
    void aHundredThousandBackwardPassesLeaveMemoryFlat() throws IOException {
        try (Scope _ = Scope.open()) {
            Tensor x = Torch.ones(1024).requiresGrad_(true);
            x.setGrad(Torch.zeros(1024));
            Memory.Statistics before = Memory.statistics();
            long unclosed = Scope.unclosedTensors();
            long resident = 0;
            for (int pass = 0; pass < 100_000; pass++) {
                if (pass == 20_000) {
                    resident = TensorLifetimeTest.residentMebibytes();
                }
                try (Scope _ = Scope.open()) {
                    x.mul(2).sum().backward();
                }
            }
            assertThat(Scope.unclosedTensors()).isEqualTo(unclosed);
            assertThat(Memory.statistics().liveBytes()).isEqualTo(before.liveBytes());
            // One lost gradient of 4 KiB a pass would be 312 MiB.
            assertThat(TensorLifetimeTest.residentMebibytes() - resident).isLessThan(100);
            assertThat(x.grad().toFloatArray()).containsOnly(200_000);
        }
    }

    @Test
    void eightThreadsGetWhatOneThreadGets() throws Exception {
        List<float[]> alone = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            alone.add(trained(i));
        }
        long live = Scope.unclosedTensors();
        try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
            List<Future<float[]>> together = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int start = i;
                together.add(executor.submit(() -> trained(start)));
            }
            for (int i = 0; i < THREADS; i++) {
                assertThat(together.get(i).get()).as("thread " + i).containsExactly(alone.get(i));
            }
        }
        assertThat(alone.getFirst()).isNotEqualTo(alone.getLast());
        assertThat(Scope.unclosedTensors()).isEqualTo(live);
    }

    /** The weights of two layers after some steps of gradient descent that depend on {@code start} alone. */
    private static float[] trained(int start) {
        try (Scope _ = Scope.open()) {
            Tensor input = Torch.arange(32).to(DType.FLOAT32).add(start).sin().view(4, 8);
            Tensor target = input.cos().sum(1);
            Tensor first = Torch.arange(64).to(DType.FLOAT32).cos().mul(0.3).view(8, 8);
            Tensor second = Torch.arange(8).to(DType.FLOAT32).sin();
            first.requiresGrad_(true);
            second.requiresGrad_(true);
            for (int step = 0; step < 300; step++) {
                try (Scope _ = Scope.open()) {
                    input.mm(first).tanh().mv(second).mse_loss(target).backward();
                    try (GradMode _ = Torch.noGrad()) {
                        for (Tensor weight : new Tensor[] {first, second}) {
                            weight.sub_(weight.grad(), 0.05);
                            weight.setGrad(null);
                        }
                    }
                }
            }
            return Torch.cat(first.flatten(), second).toFloatArray();
        }
    }
}

package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The count of live tensors is that of all threads, those that have ended too. */
class LiveCountTest extends NothingKept {
    private static final int THREADS = 4;
    private static final int EACH = 300; // more than a thread keeps to itself

    @Test
    void tensorsOfAllThreadsCountAndThoseThatAnotherThreadCloses() throws InterruptedException {
        long before = Scope.unclosedTensors();
        Memory.resetPeaks();
        List<Tensor> made = new ArrayList<>();
        CountDownLatch ready = new CountDownLatch(THREADS);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                List<Tensor> own = new ArrayList<>();
                for (int k = 0; k < EACH; k++) {
                    own.add(Torch.ones(1));
                }
                synchronized (made) {
                    made.addAll(own);
                }
                ready.countDown();
            }));
        }
        ready.await();
        for (Thread thread : threads) {
            thread.join();
        }
        long most = before + THREADS * EACH;
        assertThat(Scope.unclosedTensors()).isEqualTo(most);
        made.forEach(Tensor::close);
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
        assertThat(Memory.statistics().peakTensors()).isBetween(most - 64 * THREADS, most + 64 * THREADS);
    }

    @Test
    void onOneThreadThePeakIsExact() {
        long before;
        long reclaimed;
        do { // once more if the collector has taken back what other tests lost in the meantime
            reclaimed = Scope.reclaimedTensors();
            before = Scope.liveTensors();
            Memory.resetPeaks();
            for (int round = 0; round < 3; round++) {
                try (Scope _ = Scope.open()) {
                    for (int k = 0; k <= 70 * round; k++) {
                        Torch.ones(1);
                    }
                }
            }
        } while (Scope.reclaimedTensors() != reclaimed);
        assertThat(Memory.statistics().peakTensors()).isEqualTo(before + 141);
    }
}

package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PrefetcherTest {
    @Test
    void givesEveryStepInOrder() {
        List<Long> seen = new ArrayList<>();
        try (Prefetcher<Long> steps = new Prefetcher<>(step -> step, 5, 105, 3)) {
            steps.forEachRemaining(seen::add);
            assertThatThrownBy(steps::next).isInstanceOf(NoSuchElementException.class);
        }
        assertThat(seen).isEqualTo(LongStream.range(5, 105).boxed().toList());
    }

    @Test
    void neverRunsFurtherAheadThanItsCapacity() throws InterruptedException {
        AtomicInteger made = new AtomicInteger();
        try (Prefetcher<Integer> steps = new Prefetcher<>(step -> made.incrementAndGet(), 0, 1000, 2)) {
            steps.next();
            Thread.sleep(100);
            // One taken, two waiting, one made and waiting for room.
            assertThat(made.get()).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void passesAnErrorOnAtTheStepWhereItHappened() {
        try (Prefetcher<Long> steps = new Prefetcher<>(PrefetcherTest::failAtTwo, 0, 10, 4)) {
            assertThat(steps.next()).isZero();
            assertThat(steps.next()).isEqualTo(1);
            for (int again = 0; again < 2; again++) {
                assertThatThrownBy(steps::next)
                        .isInstanceOf(DataException.class)
                        .hasMessage("step 2");
            }
        }
    }

    private static Long failAtTwo(long step) {
        if (step == 2) {
            throw new DataException("step 2");
        }
        return step;
    }

    @Test
    void closingStopsTheThreadAndEndsWaiting() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Prefetcher<Long> steps = new Prefetcher<>(
                step -> {
                    started.countDown();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return step;
                },
                0,
                10,
                1);
        started.await();
        steps.close();
        steps.close();
        assertThatThrownBy(steps::next)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}

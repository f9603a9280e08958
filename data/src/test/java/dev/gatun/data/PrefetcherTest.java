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
    void anyNumberOfWorkersGivesTheSameStepsInOrder() {
        List<Long> expected = LongStream.range(7, 107).boxed().toList();
        for (int workers : new int[] {1, 2, 4}) {
            List<Long> seen = new ArrayList<>();
            // Even steps are slow, so that workers overtake each other.
            try (Prefetcher<Long> steps = new Prefetcher<>(PrefetcherTest::slowIfEven, 7, 107, 6, workers)) {
                steps.forEachRemaining(seen::add);
            }
            assertThat(seen).as(workers + " workers").isEqualTo(expected);
        }
    }

    private static Long slowIfEven(long step) {
        if (step % 2 == 0) {
            pause(2);
        }
        return step;
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void tellsTheShareOfTimeThatItsUserWaited() {
        try (Prefetcher<Long> slow = new Prefetcher<>(
                step -> {
                    pause(20);
                    return step;
                },
                0,
                5,
                1)) {
            slow.forEachRemaining(step -> {});
            assertThat(slow.waitShare()).isBetween(0.5, 1.0);
            assertThat(slow.waitedSeconds()).isGreaterThan(0.05);
        }
        try (Prefetcher<Long> fast = new Prefetcher<>(step -> step, 0, 5, 5)) {
            fast.forEachRemaining(step -> pause(40));
            assertThat(fast.waitShare()).isLessThan(0.5);
        }
    }

    @Test
    void refusesAnEmptyQueue() {
        assertThatThrownBy(() -> new Prefetcher<>(step -> step, 0, 5, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Prefetcher<>(step -> step, 0, 5, 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
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

package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who owns a tensor, and when it is freed. */
class ScopeTest {
    private long before;

    @BeforeEach
    void count() {
        before = notFreedByHand();
    }

    /** Tensors alive, with those that the collector has taken back meanwhile, which other tests lost. */
    private static long notFreedByHand() {
        return Scope.unclosedTensors();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(Scope.current()).isNull();
        assertThat(notFreedByHand()).isEqualTo(before);
    }

    @Test
    void aScopeFreesWhatWasMadeInIt() {
        Tensor a;
        try (Scope scope = Scope.open()) {
            a = Torch.ones(2);
            Tensor[] parts = Torch.ones(4).split(2);
            assertThat(scope.size()).isEqualTo(4);
            assertThat(parts[1].isClosed()).isFalse();
            assertThat(notFreedByHand()).isEqualTo(before + 4);
        }
        assertThat(a.isClosed()).isTrue();
    }

    @Test
    void aTensorOutlivesItsScopeWhenPromoted() {
        try (Scope outer = Scope.open()) {
            Tensor result;
            Tensor temporary;
            try (Scope inner = Scope.open()) {
                temporary = Torch.ones(2);
                result = inner.promote(temporary.add(1));
            }
            assertThat(temporary.isClosed()).isTrue();
            assertThat(result.toFloatArray()).containsExactly(2, 2);
            assertThat(outer.size()).isEqualTo(1);
        }
    }

    @Test
    void promotedOutOfTheOutermostScopeItIsUnscoped() {
        Tensor result;
        try (Scope scope = Scope.open()) {
            result = scope.promote(Torch.ones(2));
        }
        assertThat(result.isClosed()).isFalse();
        result.close();
    }

    @Test
    void promotingWhatAScopeDoesNotOwnLeavesItAlone() {
        Tensor parameter = Torch.ones(2);
        try (Scope outer = Scope.open()) {
            Tensor ofOuter = Torch.ones(2);
            try (Scope inner = Scope.open()) {
                inner.promote(new Tensor[] {parameter, null, ofOuter});
                assertThat(inner.size()).isZero();
            }
            assertThat(outer.size()).isEqualTo(1);
        }
        assertThat(parameter.isClosed()).isFalse();
        parameter.close();
    }

    @Test
    void promotedTwiceItRisesTwice() {
        try (Scope outermost = Scope.open()) {
            Tensor result;
            try (Scope middle = Scope.open()) {
                try (Scope inner = Scope.open()) {
                    result = inner.promote(Torch.ones(1));
                }
                middle.promote(result);
            }
            assertThat(result.isClosed()).isFalse();
            assertThat(outermost.size()).isEqualTo(1);
        }
    }

    @Test
    void closingByHandTakesATensorOutOfItsScope() {
        try (Scope scope = Scope.open()) {
            Tensor first = Torch.ones(1);
            Tensor second = Torch.ones(1);
            Tensor third = Torch.ones(1);
            first.close();
            assertThat(scope.size()).isEqualTo(2);
            third.close();
            third.close();
            assertThat(scope.size()).isEqualTo(1);
            assertThat(second.isClosed()).isFalse();
        }
    }

    @Test
    void anUnscopedTensorOutlivesEveryScopeAndMayComeBack() {
        Tensor tensor;
        try (Scope _ = Scope.open()) {
            tensor = Torch.ones(2).unscoped();
            assertThat(tensor.unscoped()).isSameAs(tensor);
        }
        assertThat(tensor.isClosed()).isFalse();
        try (Scope scope = Scope.open()) {
            tensor.moveTo(scope);
        }
        assertThat(tensor.isClosed()).isTrue();
    }

    @Test
    void manyTensorsFitInAScope() {
        try (Scope scope = Scope.open()) {
            Tensor sum = Torch.zeros(1);
            for (int i = 0; i < 1000; i++) {
                sum = sum.add(1);
            }
            assertThat(sum.item().intValue()).isEqualTo(1000);
            assertThat(scope.size()).isEqualTo(1001);
        }
    }

    @Test
    void viewsKeepTheDataAliveAfterTheirBaseIsFreed() {
        try (Scope _ = Scope.open()) {
            Tensor base = Torch.arange(6);
            Tensor view = base.view(2, 3).select(0, 1);
            base.close();
            assertThat(view.toLongArray()).containsExactly(3, 4, 5);
        }
    }

    @Test
    void scopesCloseInReverseOrder() {
        Scope outer = Scope.open();
        Scope inner = Scope.open();
        assertThatThrownBy(outer::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reverse order");
        inner.close();
        outer.close();
        outer.close();
    }

    @Test
    void aClosedScopeTakesNothing() {
        Scope closed = Scope.open();
        closed.close();
        try (Tensor tensor = Torch.ones(1)) {
            assertThatThrownBy(() -> tensor.moveTo(closed)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void scopesAndTheirTensorsBelongToTheirThread() throws InterruptedException {
        try (Scope scope = Scope.open()) {
            Tensor mine = Torch.ones(1);
            assertThat(inAnotherThread(scope::close)).isInstanceOf(WrongThreadException.class);
            assertThat(inAnotherThread(mine::shape))
                    .isInstanceOf(WrongThreadException.class)
                    .hasMessageContaining("unscoped()");
            assertThat(inAnotherThread(mine::close)).isInstanceOf(WrongThreadException.class);
            assertThat(inAnotherThread(() -> {
                        try (Tensor other = Torch.ones(1)) {
                            other.add(mine);
                        }
                    }))
                    .isInstanceOf(WrongThreadException.class);
            assertThat(inAnotherThread(() -> assertThat(Scope.current()).isNull()))
                    .isNull();
            Tensor shared = mine.unscoped();
            assertThat(inAnotherThread(() -> {
                        assertThat(shared.item().intValue()).isEqualTo(1);
                        shared.close();
                    }))
                    .isNull();
        }
    }

    @Test
    void aTensorGoesFromThreadToThread() throws InterruptedException {
        BlockingQueue<Tensor> queue = new ArrayBlockingQueue<>(4);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread producer = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 100; i++) {
                    try (Scope _ = Scope.open()) {
                        queue.put(Torch.full(new long[] {2}, i).add(1).unscoped());
                    }
                }
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        for (int i = 0; i < 100; i++) {
            Tensor kept;
            try (Scope scope = Scope.open()) {
                kept = queue.take();
                assertThat(scope.adopt(kept)).isSameAs(kept);
                assertThat(scope.size()).isEqualTo(1);
                assertThat(kept.sum().item().intValue()).isEqualTo(2 * i + 2);
            }
            assertThat(kept.isClosed()).isTrue();
        }
        producer.join();
        assertThat(failure.get()).isNull();
    }

    @Test
    void aScopeAdoptsFromTheScopesAroundIt() {
        try (Scope outer = Scope.open()) {
            Tensor tensor = Torch.ones(1);
            try (Scope inner = Scope.open()) {
                inner.adopt(tensor);
                assertThat(outer.size()).isZero();
            }
            assertThat(tensor.isClosed()).isTrue();
        }
    }

    @Test
    void aScopeOfAnotherThreadAdoptsNothing() throws InterruptedException {
        try (Scope scope = Scope.open()) {
            assertThat(inAnotherThread(() -> {
                        try (Tensor tensor = Torch.ones(1)) {
                            scope.adopt(tensor);
                        }
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(scope.size()).isZero();
        }
    }

    private static Throwable inAnotherThread(Runnable work) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                work.run();
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
        thread.join();
        return thrown.get();
    }
}

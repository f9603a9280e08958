package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Memory of Java's under tensors, and tensors' memory under segments: each as long as the other side needs it. */
class LentMemoryTest {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    @Test
    void lentMemoryComesBackWhenTheLastUserIsGone() throws InterruptedException {
        CountDownLatch freed = new CountDownLatch(1);
        long before = Memory.statistics().lentBytes();
        Arena arena = Arena.ofShared();
        MemorySegment memory = arena.allocateFrom(FLOAT, 1, 2, 3, 4);
        Tensor tensor = Tensor.wrap(memory, DType.FLOAT32, new long[] {4}, () -> {
            arena.close();
            freed.countDown();
        });
        Tensor view = tensor.get(Index.from(2)).unscoped();
        tensor.close();
        assertThat(freed.await(50, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(Memory.statistics().lentBytes()).isEqualTo(before + 16);
        assertThat(view.toFloatArray()).containsExactly(3, 4);
        view.close();
        assertThat(freed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(memory.scope().isAlive()).isFalse();
        assertThat(Memory.statistics().lentBytes()).isEqualTo(before);
    }

    @Test
    void theBackwardPassKeepsLentMemoryToo() throws InterruptedException {
        CountDownLatch freed = new CountDownLatch(1);
        try (Arena arena = Arena.ofShared()) {
            Tensor leaf = Torch.ones(2).requiresGrad_(true);
            Tensor product;
            try (Scope scope = Scope.open()) {
                Tensor lent =
                        Tensor.wrap(arena.allocateFrom(FLOAT, 3, 4), DType.FLOAT32, new long[] {2}, freed::countDown);
                product = scope.promote(leaf.mul(lent).sum());
            }
            assertThat(freed.await(50, TimeUnit.MILLISECONDS)).isFalse();
            product.backward();
            assertThat(leaf.grad().toFloatArray()).containsExactly(3, 4);
            assertThat(freed.await(20, TimeUnit.SECONDS)).isTrue();
            leaf.close();
            product.close();
        }
    }

    @Test
    void memoryOfAnAutomaticArenaIsCollectedAfterItsTensor() throws InterruptedException {
        Tensor[] tensor = new Tensor[1];
        WeakReference<MemorySegment> memory = lend(tensor);
        System.gc();
        assertThat(memory.get()).isNotNull();
        tensor[0].close();
        LostTensors.await(() -> memory.get() == null);
        assertThat(memory.get()).isNull();
    }

    private static WeakReference<MemorySegment> lend(Tensor[] tensor) {
        MemorySegment memory = Arena.ofAuto().allocate(64, 8);
        tensor[0] = Tensor.wrap(memory, DType.UINT8, 64);
        return new WeakReference<>(memory);
    }

    @Test
    void aCallbackThatThrowsDoesNotStopTheNextOnes() throws InterruptedException {
        CountDownLatch freed = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            Tensor.wrap(Arena.global().allocate(8), DType.INT64, new long[] {1}, () -> {
                        freed.countDown();
                        throw new IllegalStateException("on purpose, from a test");
                    })
                    .close();
        }
        assertThat(freed.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aSegmentSharesTheTensorsMemory() {
        try (Scope _ = Scope.open();
                Arena arena = Arena.ofConfined()) {
            Tensor tensor = Tensor.ofArray(new float[][] {{1, 2}, {3, 4}});
            MemorySegment memory = tensor.segment(arena);
            assertThat(memory.byteSize()).isEqualTo(16);
            memory.setAtIndex(FLOAT, 3, 40);
            assertThat(tensor.toFloatArray()).containsExactly(1, 2, 3, 40);
            tensor.mul_(2);
            assertThat(memory.toArray(FLOAT)).containsExactly(2, 4, 6, 80);
            assertThat(tensor.get(1).segment(arena).address()).isEqualTo(memory.address() + 8);
            assertThat(Torch.empty(0).segment(arena).byteSize()).isZero();
        }
    }

    @Test
    void aSegmentOutlivesItsTensorAndDiesWithItsArena() {
        long live = Scope.unclosedTensors();
        MemorySegment memory;
        try (Arena arena = Arena.ofConfined()) {
            try (Scope _ = Scope.open()) {
                Tensor tensor = Torch.full(new long[] {1 << 18}, 7.0);
                memory = tensor.segment(arena);
                tensor.set_(Torch.ones(1));
            }
            Torch.zeros(1 << 18).close();
            assertThat(memory.getAtIndex(FLOAT, 1000)).isEqualTo(7);
            assertThat(Scope.unclosedTensors()).isEqualTo(live + 1);
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(live);
        assertThatThrownBy(() -> memory.getAtIndex(FLOAT, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aTensorWithASegmentKeepsItsPlace() {
        try (Scope _ = Scope.open();
                Arena arena = Arena.ofConfined()) {
            Tensor tensor = Torch.ones(4);
            MemorySegment memory = tensor.segment(arena);
            assertThatThrownBy(() -> tensor.resize_(new long[] {1 << 20}))
                    .isInstanceOf(TorchException.class)
                    .hasMessageContaining("not resizable");
            assertThat(memory.getAtIndex(FLOAT, 3)).isEqualTo(1);
        }
    }

    @Test
    void whatIsNotRowMajorInHostMemoryHasNoSegment() {
        try (Scope _ = Scope.open();
                Arena arena = Arena.ofConfined()) {
            Tensor ones = Torch.ones(2, 3);
            for (Tensor tensor : new Tensor[] {
                ones.t(), ones.to(Device.META), ones.to_sparse(), Aten._neg_view(ones), ones.get(Index.ALL, Index.of(0))
            }) {
                assertThatThrownBy(() -> tensor.segment(arena)).isInstanceOf(IllegalStateException.class);
            }
        }
    }
}

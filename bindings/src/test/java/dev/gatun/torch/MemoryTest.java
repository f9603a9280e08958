package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.leaks.LeakyProgram;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

/** The figures of {@link Memory}. */
class MemoryTest {
    private static final long MIB = 1 << 20;

    @Test
    void bytesAreCountedOnceAStorage() {
        try (Scope _ = Scope.open()) {
            long before = Memory.statistics().liveBytes();
            Tensor tensor = Torch.empty(MIB);
            assertThat(Memory.statistics().liveBytes()).isEqualTo(before + 4 * MIB);
            tensor.view(2, -1);
            tensor.get(0);
            tensor.detach();
            assertThat(Memory.statistics().liveBytes()).isEqualTo(before + 4 * MIB);
            Tensor view = tensor.get(Index.upTo(5));
            tensor.close();
            assertThat(view.isClosed()).isFalse();
            assertThat(Memory.statistics().liveBytes()).isEqualTo(before + 4 * MIB);
        }
    }

    @Test
    void bytesAreGoneWithTheLastView() {
        long before = Memory.statistics().liveBytes();
        try (Scope _ = Scope.open()) {
            Tensor leaf = Torch.ones(MIB).requiresGrad_(true);
            leaf.exp().sum().backward();
            assertThat(Memory.statistics().liveBytes()).isGreaterThan(before + 8 * MIB);
        }
        assertThat(Memory.statistics().liveBytes()).isEqualTo(before);
    }

    @Test
    void peaksAreKeptUntilReset() {
        try (Scope _ = Scope.open()) {
            Memory.resetPeaks();
            Memory.Statistics start = Memory.statistics();
            assertThat(start.peakBytes()).isEqualTo(start.liveBytes());
            assertThat(start.peakTensors()).isEqualTo(start.liveTensors());
            try (Scope _ = Scope.open()) {
                Torch.empty(MIB);
                Torch.empty(MIB);
            }
            Memory.Statistics after = Memory.resetPeaks();
            assertThat(after.peakBytes()).isEqualTo(start.liveBytes() + 8 * MIB);
            assertThat(after.peakTensors()).isEqualTo(start.liveTensors() + 2);
            assertThat(after.liveBytes()).isEqualTo(start.liveBytes());
            assertThat(after.allocations()).isGreaterThanOrEqualTo(start.allocations() + 2);
            assertThat(Memory.statistics().peakBytes()).isEqualTo(start.liveBytes());
        }
    }

    @Test
    void resizedAndLentMemoryCountsToo() {
        try (Scope _ = Scope.open()) {
            long before = Memory.statistics().liveBytes();
            Tensor tensor = Torch.empty(2);
            tensor.resize_(new long[] {MIB});
            assertThat(Memory.statistics().liveBytes()).isEqualTo(before + 4 * MIB);
            long lent = Memory.statistics().lentBytes();
            Tensor.wrap(Arena.global().allocate(64, 8), DType.UINT8, 64);
            assertThat(Memory.statistics().lentBytes()).isEqualTo(lent + 64);
            assertThat(Memory.statistics().liveBytes()).isEqualTo(before + 4 * MIB);
        }
    }

    @Test
    void theCountIsTheSameAfterFailures() {
        long before = Memory.statistics().liveBytes();
        try (Scope _ = Scope.open()) {
            Tensor a = Torch.ones(2, 3);
            for (int i = 0; i < 100; i++) {
                try {
                    a.add(1).mm(a);
                } catch (TorchException e) {
                    assertThat(e.kind()).isEqualTo(TorchException.Kind.OTHER);
                }
            }
        }
        assertThat(Memory.statistics().liveBytes()).isEqualTo(before);
    }

    @Test
    void theReportSaysHowToRecordSites() {
        assertThat(Memory.report()).contains("tensors alive").contains("Memory.recordSites(true)");
    }

    @Test
    void aProgramEndsWithLeakedTensorsAndLentMemoryAndItsReportNamesTheLine() throws InterruptedException {
        ChildJvm.Result result = ChildJvm.run(LeakyProgram.class);
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output())
                .contains("4 tensors alive (peak 4), 0 lost and reclaimed")
                .contains(" 8 bytes lent")
                .contains("3 alive, 0 lost, made at")
                .contains("LeakyProgram.main(LeakyProgram.java:");
    }
}

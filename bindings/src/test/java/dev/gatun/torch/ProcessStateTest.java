package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What belongs to the process: the loaded libtorch and its threads. */
class ProcessStateTest {
    @Test
    void libtorchSaysWhatItIs() {
        assertThat(Torch.version()).matches("\\d+\\.\\d+\\.\\d+");
        assertThat(Torch.buildConfiguration()).contains("PyTorch built with");
        assertThat(Torch.parallelInfo()).contains("at::get_num_threads()");
        assertThat(Torch.cpuCapability()).isNotBlank();
    }

    @Test
    void atLeast2800OpsAreReachable() {
        List<Torch.OpEntry> ops = Torch.ops();
        assertThat(ops.stream().filter(Torch.OpEntry::present)).hasSizeGreaterThanOrEqualTo(2800);
        assertThat(ops.stream().map(Torch.OpEntry::name))
                .doesNotHaveDuplicates()
                .contains("aten::mm", "aten::add.Tensor", "aten::_fused_adamw_");
    }

    @Test
    void theNumberOfThreadsCanBeChanged() {
        int before = Torch.getNumThreads();
        try {
            Torch.setNumThreads(3);
            assertThat(Torch.getNumThreads()).isEqualTo(3);
            try (Scope _ = Scope.open()) {
                assertThat(Torch.ones(300, 300)
                                .mm(Torch.ones(300, 300))
                                .sum()
                                .item()
                                .doubleValue())
                        .isEqualTo(27e6);
            }
        } finally {
            Torch.setNumThreads(before);
        }
        for (int wrong : new int[] {0, -1, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> Torch.setNumThreads(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the number of threads must be from 1 to ");
        }
    }

    @Test
    void denormalsCanBeFlushed() throws InterruptedException {
        // Of one thread: a new one, so that the other tests keep theirs.
        float[] halved = new float[3];
        Thread thread = Thread.ofPlatform().start(() -> {
            try (Scope _ = Scope.open()) {
                Tensor small = Tensor.of(new float[] {Float.MIN_NORMAL});
                halved[0] = small.mul(0.5).item().floatValue();
                if (Torch.setFlushDenormal(true)) {
                    halved[1] = small.mul(0.5).item().floatValue();
                    assertThat(Torch.getFlushDenormal()).isTrue();
                    Torch.setFlushDenormal(false);
                    assertThat(Torch.getFlushDenormal()).isFalse();
                    halved[2] = small.mul(0.5).item().floatValue();
                }
            }
        });
        thread.join();
        assertThat(halved).containsExactly(Float.MIN_NORMAL / 2, 0, Float.MIN_NORMAL / 2);
    }

    @Test
    void deterministicAlgorithmsCanBeAskedFor() {
        try (Scope _ = Scope.open()) {
            Torch.useDeterministicAlgorithms(true);
            Tensor target = Torch.zeros(3);
            Tensor index = Tensor.of(new long[] {0, 0, 2});
            assertThat(target.index_add(0, index, Torch.ones(3)).toFloatArray()).containsExactly(2, 0, 1);
        } finally {
            Torch.useDeterministicAlgorithms(false);
        }
    }
}

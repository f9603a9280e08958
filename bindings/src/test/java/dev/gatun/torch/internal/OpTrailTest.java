package dev.gatun.torch.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.libtorch.LibTorch;
import org.junit.jupiter.api.Test;

class OpTrailTest {
    @Test
    void opsAreNotedWhereLibtorchHasCuda() {
        assertThat(OpTrail.ofThread() != null).isEqualTo(LibTorch.load().hasCuda());
    }

    @Test
    void anErrorOfCudaSaysHowToFindTheOp() {
        assertThat(OpTrail.note(null, null))
                .contains("this op failed, or one before it (-Dgatun.debug.ops=true lists them here)")
                .contains("CUDA_LAUNCH_BLOCKING=1");
        assertThat(OpTrail.note(null, "1")).as("the op named is the one").isEmpty();
    }
}

package dev.gatun.nn.distributed;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.libtorch.LibTorch;

/** The one libtorch with which Gloo works. */
final class MavenLibtorch {
    private MavenLibtorch() {}

    /** Skips a test on another one. */
    static void assume() {
        assumeTrue(
                LibTorch.load().libraries().getFirst().origin().startsWith("org.bytedeco"),
                "needs another libtorch: the one from Maven");
    }
}

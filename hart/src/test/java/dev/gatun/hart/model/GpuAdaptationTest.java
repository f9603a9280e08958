package dev.gatun.hart.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.nn.graph.Recorder;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.Cuda;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Encoder, the L steps of the generator and the heads as a CUDA graph write what they write one op after the other. */
class GpuAdaptationTest {
    private static final Device GPU = Device.cuda(0);
    /** Float64: the padding that a recorded pass adds changes no more than the order of sums. */
    private static final double TOLERANCE = 1e-10;

    @ParameterizedTest
    @EnumSource
    void aReplayedGraphIsTheOrdinaryPass(Memory memory) {
        assumeTrue(Cuda.isAvailable(), () -> "needs a GPU: " + Cuda.whyUnavailable());
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                T5 main = TestHarts.main(2, 3);
                Hypernetwork hyper = RecordedAdaptationTest.hyper(main, memory)) {
            main.to(GPU);
            hyper.to(GPU);
            RecordedAdaptationTest.equalsTheOrdinaryPass(hyper, GPU, Recorder.of(GPU), TOLERANCE);
        }
    }
}

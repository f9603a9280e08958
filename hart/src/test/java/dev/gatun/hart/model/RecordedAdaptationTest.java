package dev.gatun.hart.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.hart.Golden;
import dev.gatun.nn.graph.Recorder;
import dev.gatun.nn.t5.T5;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.HostTraffic;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A recorded pass writes what the ordinary one does, for every input of its shape, and asks for no value on the way. */
class RecordedAdaptationTest {
    private static final double EXACT = 1e-12;

    static Hypernetwork hyper(T5 main, Memory memory) {
        Hypernetwork hyper = TestHarts.hyper(HyperConfig.builder(main.config())
                .decoderLayers(2)
                .memory(memory)
                .prefix(3)
                .build());
        hyper.eval();
        return hyper;
    }

    @ParameterizedTest
    @EnumSource
    void isTheOrdinaryPass(Memory memory) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                T5 main = TestHarts.main(2, 3);
                Hypernetwork hyper = hyper(main, memory)) {
            equalsTheOrdinaryPass(hyper, Device.CPU, Recorder.EAGER, EXACT);
        }
    }

    /** Records a pass of {@code hyper}, which is on the device, and compares what it writes for inputs of several lengths. */
    static void equalsTheOrdinaryPass(Hypernetwork hyper, Device device, Recorder recorder, double tolerance) {
        try (RecordedAdaptation recorded =
                RecordedAdaptation.of(hyper, TestHarts.ids(3, 6).to(device), recorder)) {
            for (int length : new int[] {6, 9, 2}) {
                Tensor ids = TestHarts.ids(3, length).to(device);
                Tensor mask = TestHarts.mask(length, length, length, 1).to(device);
                assertThat(recorded.isFor(ids)).isTrue();
                Adaptation expected = hyper.forward(ids, mask);
                long before = HostTraffic.reads();
                Adaptation actual = recorded.adapt(ids, mask);
                assertThat(HostTraffic.reads() - before).isZero();
                same(actual.states(), expected.states(), tolerance);
                for (boolean ofDecoder : new boolean[] {false, true}) {
                    List<Tensor> ours = (ofDecoder ? actual.decoderPrefix() : actual.encoderPrefix()).tensors();
                    List<Tensor> theirs = (ofDecoder ? expected.decoderPrefix() : expected.encoderPrefix()).tensors();
                    assertThat(ours).hasSameSizeAs(theirs);
                    for (int i = 0; i < ours.size(); i++) {
                        same(ours.get(i), theirs.get(i), tolerance);
                    }
                }
                same(
                        actual.demonstrations().states().narrow(1, 0, length),
                        expected.demonstrations().states(),
                        tolerance);
                assertThat(actual.demonstrations().mask().sum().item().longValue())
                        .isEqualTo(2L * length + 1);
            }
            assertThat(recorded.isFor(TestHarts.ids(2, 6).to(device))).isFalse();
            assertThat(recorded.isFor(TestHarts.ids(3, 65).to(device))).isFalse();
        }
    }

    private static void same(Tensor actual, Tensor expected, double tolerance) {
        assertThat(Golden.relativeError(actual, expected)).isLessThan(tolerance);
    }

    /** What was made of one input is not overwritten by the next. */
    @Test
    void resultsAreTheCallers() {
        long before = Scope.unclosedTensors();
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad();
                T5 main = TestHarts.main(1, 1);
                Hypernetwork hyper = hyper(main, Memory.CACHE);
                RecordedAdaptation recorded = RecordedAdaptation.of(hyper, TestHarts.ids(1, 6), Recorder.EAGER)) {
            Tensor mask = TestHarts.mask(6, 6);
            Adaptation first = recorded.adapt(TestHarts.ids(1, 6), mask);
            double[] values = first.states().toDoubleArray();
            recorded.adapt(TestHarts.ids(1, 6), mask);
            assertThat(first.states().toDoubleArray()).isEqualTo(values);
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }

    @Test
    void whatChangesFromCallToCallIsRefused() {
        try (Scope _ = Scope.open();
                T5 main = TestHarts.main(1, 1);
                Hypernetwork hyper = hyper(main, Memory.CACHE)) {
            hyper.train();
            assertThatThrownBy(() -> RecordedAdaptation.of(hyper, TestHarts.ids(1, 6), Recorder.EAGER))
                    .hasMessageContaining("eval()");
        }
    }
}

package dev.gatun.torch.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Generator;
import dev.gatun.torch.Scope;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import dev.gatun.torch.TorchException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What can be asked about CUDA without a GPU. */
class CudaTest {
    @ParameterizedTest
    @EnumSource
    void switchesSwitch(CudaSwitch toSwitch) {
        boolean before = toSwitch.isOn();
        List<CudaSwitch> others = others(toSwitch);
        try {
            assertThat(toSwitch.set(!before)).isEqualTo(before);
            assertThat(toSwitch.isOn()).isEqualTo(!before);
            assertThat(others(toSwitch)).as("the other switches").isEqualTo(others);
        } finally {
            assertThat(toSwitch.set(before)).isEqualTo(!before);
        }
    }

    /** Those that are on but one. */
    private static List<CudaSwitch> others(CudaSwitch one) {
        return Stream.of(CudaSwitch.values())
                .filter(each -> each != one && each.isOn())
                .toList();
    }

    @Test
    void tf32IsOnAtFirstInCudnnAlone() {
        assertThat(CudaSwitch.MATMUL_TF32.isOn()).isFalse();
        assertThat(CudaSwitch.CUDNN_TF32.isOn()).isTrue();
        assertThat(CudaSwitch.CUDNN_BENCHMARK.isOn()).isFalse();
        assertThat(CudaSwitch.FLASH_SDP.isOn()).isTrue();
        assertThat(CudaSwitch.MATH_SDP.isOn()).isTrue();
    }

    @Test
    void withoutAGpuEverythingSaysWhatIsMissing() {
        assumeTrue(!Cuda.isAvailable(), "needs another libtorch, or a machine where it has no GPU");
        assertThat(Cuda.deviceCount()).isZero();
        assertThat(Cuda.whyUnavailable()).startsWith("CUDA was asked for, and ").isEqualTo(Cuda.whyUnavailable(3));
        assertThatThrownBy(() -> Cuda.properties(0)).hasMessageContaining(Cuda.whyUnavailable());
        assertThatThrownBy(() -> Cuda.memory(0)).hasMessageContaining(Cuda.whyUnavailable());
        assertThatThrownBy(() -> Cuda.newStream(0)).hasMessageContaining(Cuda.whyUnavailable());
        assertThatThrownBy(() -> Cuda.synchronize(0)).hasMessageContaining(Cuda.whyUnavailable());
        assertThatThrownBy(() -> new CudaGraph(0)).hasMessageContaining(Cuda.whyUnavailable());
        assertThatThrownBy(() -> new Generator(1, Device.cuda(0)))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining(Cuda.whyUnavailable());
        assertThatThrownBy(() -> Generator.defaultGenerator(Device.cuda(0)))
                .hasMessageContaining(Cuda.whyUnavailable());
        try (Scope _ = Scope.open()) {
            assertThatThrownBy(() -> Torch.empty(new long[] {2}, TensorOptions.pinned(DType.FLOAT32)))
                    .isInstanceOf(TorchException.class)
                    .hasMessageContaining(Cuda.whyUnavailable());
        }
    }

    @Test
    void numbersOfGpusAreChecked() {
        assertThatThrownBy(() -> Device.cuda(300))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("GPUs are numbered from 0 to 127, not 300");
        assertThatThrownBy(() -> new Generator(1, Device.META)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Generator(1, Device.cuda(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cuda:0");
        assertThat(Generator.defaultGenerator(Device.CPU)).isSameAs(Generator.defaultGenerator());
        assertThat(Generator.defaultGenerator().device()).isEqualTo(Device.CPU);
    }

    @Test
    void theVariableThatHidesGpusIsExplained() {
        assertThat(CudaSupport.visible(null))
                .isEqualTo("CUDA_VISIBLE_DEVICES is not set, so all of the machine's are meant");
        assertThat(CudaSupport.visible("")).isEqualTo("CUDA_VISIBLE_DEVICES is '', which hides all of them: unset it");
        assertThat(CudaSupport.visible("-1")).contains("hides all");
        assertThat(CudaSupport.visible("2,0")).contains("'2,0', which shows only those");
    }
}

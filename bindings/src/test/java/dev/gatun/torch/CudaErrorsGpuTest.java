package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.cuda.Cuda;
import dev.gatun.torch.cuda.CudaException;
import dev.gatun.torch.cuda.NeedsGpu;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Errors of a GPU that show after the call; they leave CUDA unusable, so a JVM of its own has them. */
@ExtendWith(NeedsGpu.class)
class CudaErrorsGpuTest {
    @Test
    void anErrorThatComesLateListsTheOpsBefore() throws InterruptedException {
        ChildJvm.Result child =
                ChildJvm.run(List.of("-Dgatun.debug.ops=true", "-Dgatun.libtorch=" + folder()), WrongIndex.class);
        assertThat(child.output())
                .contains("CUDA error: device-side assert triggered")
                .contains("this op failed, or one before it, of which this thread called last: ")
                .containsPattern("last: .*aten::index_select, .*aten::item")
                .contains("CUDA_LAUNCH_BLOCKING=1")
                .containsPattern("then .*device-side assert triggered");
    }

    private static String folder() {
        String property = System.getProperty("gatun.libtorch");
        return property != null ? property : System.getenv().getOrDefault("GATUN_LIBTORCH", "");
    }

    /** Reads a row that is not there. */
    static final class WrongIndex {
        public static void main(String[] args) {
            Device gpu = Device.cuda(0);
            try (Scope _ = Scope.open()) {
                Tensor x = Torch.ones(new long[] {4, 4}, gpu);
                Tensor rows = Tensor.of(new long[] {9}).to(gpu, DType.INT64);
                x.index_select(0, rows).add(1).sum().item();
            } catch (TorchException e) {
                System.out.println(e.getMessage());
            }
            try {
                Cuda.synchronize(0);
            } catch (CudaException | TorchException e) {
                System.out.println("then " + e.getMessage());
            }
            // What libtorch frees at the end of the process would fail too.
            Runtime.getRuntime().halt(0);
        }
    }
}

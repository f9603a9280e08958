package dev.gatun.torch.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import dev.gatun.torch.cuda.Cuda;
import dev.gatun.torch.cuda.CudaEvent;
import dev.gatun.torch.cuda.CudaGraph;
import dev.gatun.torch.cuda.CudaMemory;
import dev.gatun.torch.cuda.CudaProperties;
import dev.gatun.torch.cuda.CudaStream;
import dev.gatun.torch.cuda.CudaSwitch;
import dev.gatun.torch.cuda.NeedsGpu;
import dev.gatun.torch.cuda.StreamScope;
import dev.gatun.torch.cuda.SynchronizationCount;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the javadoc shows of CUDA, run as it stands there where there is a GPU. */
@ExtendWith(NeedsGpu.class)
class CudaSnippetsTest {
    private static final Device GPU = Device.cuda(0);
    private static final TensorOptions ON_GPU = TensorOptions.of(DType.FLOAT32, GPU);

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void facade() {
        // @start region="cuda"
        CudaProperties gpu = Cuda.properties(0);
        System.out.printf("%s, %s, %d bytes%n", gpu.name(), gpu.architecture(), gpu.totalMemory());

        Cuda.resetPeakMemory(0);
        Tensor x = Torch.ones(new long[] {1024, 1024}, ON_GPU);
        x.mm(x);
        CudaMemory memory = Cuda.memory(0); // 8 MiB now, and at the peak
        // @end
        assertThat(memory.peakAllocatedBytes()).isGreaterThanOrEqualTo(8 << 20);
    }

    @Test
    void switches() {
        boolean before = CudaSwitch.MATMUL_TF32.isOn();
        // @start region="switches"
        CudaSwitch.MATMUL_TF32.set(true); // torch.backends.cuda.matmul.allow_tf32 = True
        // @end
        assertThat(CudaSwitch.MATMUL_TF32.set(before)).isTrue();
    }

    @Test
    void streams() {
        // @start region="streams"
        CudaStream copies = Cuda.newStream(0);
        Tensor host = Torch.randn(new long[] {1 << 20}, TensorOptions.pinned(DType.FLOAT32));
        Tensor batch;
        try (StreamScope _ = copies.open()) {
            batch = host.to(GPU, DType.FLOAT32, true); // beside what the current stream does
        }
        CudaStream current = Cuda.currentStream(0);
        current.waitStream(copies); // what comes now finds the batch there
        current.use(batch); // made in the other stream: its memory waits for this one
        Tensor sum = batch.sum();
        // @end
        assertThat(sum.item().doubleValue()).isCloseTo(host.sum().item().doubleValue(), Offset.offset(1.0));
    }

    @Test
    void events() {
        // @start region="events"
        CudaStream stream = Cuda.currentStream(0);
        try (CudaEvent start = Cuda.newEvent(0, true);
                CudaEvent end = Cuda.newEvent(0, true)) {
            start.record(stream);
            Tensor x = Torch.randn(new long[] {2048, 2048}, ON_GPU);
            x.mm(x);
            end.record(stream);
            end.synchronize();
            System.out.printf("%.3f ms%n", start.elapsedTime(end));
        }
        // @end
    }

    @Test
    void synchronizations() {
        Tensor x = Torch.ones(new long[] {2}, GPU);
        // @start region="synchronizations"
        try (SynchronizationCount waits = Cuda.countSynchronizations()) {
            Tensor y = x.add(x);
            assertThat(waits.count()).isZero();
            y.sum().item(); // reads the result on the host
            assertThat(waits.count()).isEqualTo(1);
        }
        // @end
    }

    @Test
    void graph() {
        // @start region="graph"
        Tensor input = Torch.zeros(new long[] {16}, ON_GPU);
        input.exp().add(1); // once before: libraries set themselves up
        try (CudaGraph graph = new CudaGraph(0)) {
            Tensor output = graph.capture(() -> input.exp().add(1));
            for (int i = 0; i < 3; i++) {
                input.fill_(i);
                graph.replay(); // writes output anew
                System.out.println(output.get(0).item());
            }
        }
        // @end
    }
}

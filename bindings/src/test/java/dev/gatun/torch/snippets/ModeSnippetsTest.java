package dev.gatun.torch.snippets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gatun.torch.AnomalyMode;
import dev.gatun.torch.Autocast;
import dev.gatun.torch.Autograd;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.InferenceMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.ThreadState;
import dev.gatun.torch.Torch;
import dev.gatun.torch.TorchException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the javadoc shows of the modes of threads and of the process, run as it stands there. */
class ModeSnippetsTest {
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
    void gradMode() {
        Tensor w = Tensor.of(new double[] {1, 2}).requiresGrad_(true);
        Tensor loss = w.mul(w).sum();
        // @start region="gradMode"
        loss.backward();
        try (GradMode _ = Torch.noGrad()) { // the step itself is not to be differentiated
            w.sub_(w.grad().mul(0.25));
        }
        // @end
        assertThat(w.toDoubleArray()).containsExactly(0.5, 1);
        assertThat(w.isLeaf()).isTrue();
    }

    @Test
    void inferenceMode() {
        Tensor x = Torch.randn(4, 3);
        Tensor w = Torch.randn(3, 5).requiresGrad_(true);
        // @start region="inferenceMode"
        Tensor best;
        try (InferenceMode _ = Torch.inferenceMode()) {
            best = x.matmul(w).argmax(-1); // nothing is recorded
        }
        // @end
        assertThat(best.shape()).containsExactly(4);
        assertThat(best.is_inference()).isTrue();
    }

    @Test
    void autocast() {
        Tensor x = Torch.randn(4, 3);
        Tensor w = Torch.randn(3, 5);
        // @start region="autocast"
        Tensor hidden;
        try (Autocast _ = Autocast.open(Device.CPU, DType.BFLOAT16)) {
            hidden = x.matmul(w); // of float32 tensors, computed in bfloat16
        }
        // @end
        assertThat(hidden.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(x.matmul(w).dtype()).isEqualTo(DType.FLOAT32);
    }

    @Test
    void anomaly() {
        Throwable thrown = catchThrowable(() -> {
            // @start region="anomaly"
            try (AnomalyMode _ = Autograd.detectAnomaly()) {
                Tensor x = Tensor.of(new float[] {-1}).requiresGrad_(true);
                Tensor loss = x.sqrt().sum(); // NaN, and so is its gradient
                loss.backward(); // TorchException: SqrtBackward0 failed; it was made at the line above
            }
            // @end
        });
        assertThat(thrown)
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("SqrtBackward0 failed; it was made at")
                .hasMessageContaining("ModeSnippetsTest.java:");
    }

    @Test
    void threadState() throws Exception {
        Tensor x = Tensor.of(new double[] {1, 2}).requiresGrad_(true).unscoped();
        try (ExecutorService executor = Executors.newSingleThreadExecutor();
                GradMode _ = Torch.noGrad()) {
            // @start region="threadState"
            ThreadState state = ThreadState.capture(); // for example inside Torch.noGrad()
            Future<Tensor> doubled = executor.submit(state.wrap(() -> x.mul(2)));
            // @end
            try (Tensor result = doubled.get()) {
                assertThat(result.requiresGrad()).isFalse();
                assertThat(result.toDoubleArray()).containsExactly(2, 4);
            }
        }
        x.close();
    }
}

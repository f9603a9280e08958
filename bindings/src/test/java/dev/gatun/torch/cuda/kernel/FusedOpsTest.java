package dev.gatun.torch.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.Autograd;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The fused kernels, compiled for and run on the CPU, against libtorch's ops in float64. */
class FusedOpsTest {
    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        EmulatedGpu.get();
    }

    /** Half a unit in the last place, and a little for the sums. */
    private static double tolerance(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> 2e-6;
            case FLOAT16 -> 1e-3;
            default -> 8e-3;
        };
    }

    private static void close(Tensor ours, Tensor truth, DType dtype, String what) {
        assertThat(ours.dtype()).isEqualTo(dtype);
        Tensor off = ours.to(DType.FLOAT64).sub(truth).abs();
        double largest = truth.abs().max().item().doubleValue();
        assertThat(off.max().item().doubleValue()).as(what).isLessThan(tolerance(dtype) * largest);
    }

    private static Tensor leaf(Tensor tensor) {
        return tensor.detach().clone().requiresGrad_(true);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
    void rmsNormAndItsGradients(DType dtype) {
        Torch.manualSeed(3);
        try (Scope _ = Scope.open()) {
            Tensor x = leaf(Torch.randn(3, 11, 512).mul(2).to(dtype));
            Tensor w = leaf(Torch.randn(512).to(dtype));
            Tensor g = Torch.randn(3, 11, 512).to(dtype);
            Tensor y = new FusedRmsNorm(1e-6).call(x, w);
            Tensor[] gradients =
                    Autograd.grad(new Tensor[] {y}, new Tensor[] {x, w}, new Tensor[] {g}, false, false, false);
            Tensor x64 = leaf(x.to(DType.FLOAT64));
            Tensor w64 = leaf(w.to(DType.FLOAT64));
            Tensor y64 = Torch.rms_norm(x64, new long[] {512}, w64, 1e-6);
            Tensor[] truth = Autograd.grad(
                    new Tensor[] {y64},
                    new Tensor[] {x64, w64},
                    new Tensor[] {g.to(DType.FLOAT64)},
                    false,
                    false,
                    false);
            close(y, y64, dtype, "output");
            close(gradients[0], truth[0], dtype, "gradient of the input");
            close(gradients[1], truth[1], dtype, "gradient of the weight");
            // A weight that is not trained costs no sums.
            Tensor fixed = w.detach();
            Tensor alone = Autograd.grad(
                    new Tensor[] {new FusedRmsNorm(1e-6).call(x, fixed)},
                    new Tensor[] {x},
                    new Tensor[] {g},
                    false,
                    false,
                    false)[0];
            assertThat(alone.equal(gradients[0])).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
    void gatedGeluAndItsGradients(DType dtype) {
        Torch.manualSeed(4);
        try (Scope _ = Scope.open()) {
            // Not a multiple of what a thread takes, and more than all threads of the grid take at once.
            long n = 18_437;
            Tensor gate = leaf(Torch.randn(n).mul(3).to(dtype));
            Tensor x = leaf(Torch.randn(n).to(dtype));
            Tensor g = Torch.randn(n).to(dtype);
            Tensor y = new FusedGatedGelu().call(gate, x);
            Tensor[] gradients =
                    Autograd.grad(new Tensor[] {y}, new Tensor[] {gate, x}, new Tensor[] {g}, false, false, false);
            Tensor gate64 = leaf(gate.to(DType.FLOAT64));
            Tensor x64 = leaf(x.to(DType.FLOAT64));
            Tensor y64 = gate64.gelu("tanh").mul(x64);
            Tensor[] truth = Autograd.grad(
                    new Tensor[] {y64},
                    new Tensor[] {gate64, x64},
                    new Tensor[] {g.to(DType.FLOAT64)},
                    false,
                    false,
                    false);
            close(y, y64, dtype, "output");
            close(gradients[0], truth[0], dtype, "gradient of the gate");
            close(gradients[1], truth[1], dtype, "gradient of the input");
        }
    }
}

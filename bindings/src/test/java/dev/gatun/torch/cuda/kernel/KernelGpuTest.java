package dev.gatun.torch.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.torch.Autograd;
import dev.gatun.torch.Blockwise8bit;
import dev.gatun.torch.Blockwise8bit.AdamParameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import dev.gatun.torch.TorchException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kernels on a real GPU. */
class KernelGpuTest {
    private static final Device GPU = Device.cuda(0);

    @BeforeEach
    void gpu() {
        try (Scope _ = Scope.open()) {
            Torch.zeros(new long[] {1}, GPU);
        } catch (TorchException e) {
            assumeTrue(false, "needs a GPU, and GATUN_LIBTORCH for CUDA: " + e.sentence());
        }
    }

    @Test
    void aKernelRunsBehindTheOpsBeforeIt() {
        CudaSource source = CudaSource.of("add.cu", """
                extern "C" __global__ void add(const float *a, const float *b, float *c, long long n) {
                  long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;
                  if (i < n) c[i] = a[i] + b[i];
                }
                """);
        try (Scope _ = Scope.open();
                CudaModule module = CudaModule.load(source, GPU)) {
            long n = 1_000_003;
            Tensor a = Torch.randn(n).to(GPU, DType.FLOAT32);
            Tensor b = a.sin();
            Tensor c = a.empty_like();
            CudaKernel kernel = module.kernel("add");
            kernel.launch(LaunchShape.forElements(n, 256), a, b, c, n);
            assertThat(c.equal(a.add(b))).isTrue();
            assertThat(kernel.registers()).isPositive();
            assertThat(kernel.localBytes()).isZero();
        }
    }

    /** Codes and maxima to the bit; what a parameter moved by to a few units in the last place. */
    @Test
    void adam8bitEqualsTheCpus() {
        Torch.manualSeed(1);
        for (int blockSize : new int[] {256, 2048, 100}) {
            try (Scope _ = Scope.open()) {
                List<AdamParameter> cpu = new ArrayList<>();
                List<AdamParameter> gpu = new ArrayList<>();
                for (DType dtype : KernelTypes.ALL) {
                    for (long n : new long[] {1_000_003, 4096, 300}) {
                        cpu.add(fresh(dtype, n, blockSize, n > 4000));
                        gpu.add(on(GPU, cpu.getLast(), cpu.getLast().grad(), 0));
                    }
                }
                for (int step = 1; step <= 5; step++) {
                    List<AdamParameter> ours = new ArrayList<>();
                    List<AdamParameter> theirs = new ArrayList<>();
                    for (int i = 0; i < cpu.size(); i++) {
                        Tensor param = cpu.get(i).param();
                        Tensor grad = Torch.randn(param.shape())
                                .mul(Torch.randn(param.shape()).mul(2).exp())
                                .to(param.dtype());
                        grad.narrow(0, 5, 1).fill_(Double.NaN);
                        boolean quantized = cpu.get(i).absmax1() != null;
                        grad = quantized ? grad : grad.nan_to_num();
                        theirs.add(on(Device.CPU, cpu.get(i), grad, step));
                        ours.add(on(GPU, gpu.get(i), grad, step));
                    }
                    Blockwise8bit.adamStep_(ours, blockSize);
                    Blockwise8bit.adamStep_(theirs, blockSize);
                    for (int i = 0; i < cpu.size(); i++) {
                        compare(ours.get(i), theirs.get(i), step);
                    }
                }
            }
        }
    }

    private static void compare(AdamParameter ours, AdamParameter theirs, int step) {
        String name = theirs.param().dtype() + " " + theirs.param().numel() + " at step " + step;
        assertThat(host(ours.state1()).equal(theirs.state1()))
                .as("state1 of " + name)
                .isTrue();
        assertThat(host(ours.state2()).equal(theirs.state2()))
                .as("state2 of " + name)
                .isTrue();
        if (theirs.absmax1() != null) {
            assertThat(host(ours.absmax1()).equal(theirs.absmax1()))
                    .as("absmax1 of " + name)
                    .isTrue();
            assertThat(host(ours.absmax2()).equal(theirs.absmax2()))
                    .as("absmax2 of " + name)
                    .isTrue();
        }
        Tensor off = host(ours.param())
                .to(DType.FLOAT64)
                .sub(theirs.param().to(DType.FLOAT64))
                .abs();
        Tensor size = theirs.param().to(DType.FLOAT64).abs().clamp_min(1);
        double unit = theirs.param().dtype() == DType.FLOAT32 ? 1e-6 : 8e-3;
        assertThat(off.div(size).max().item().doubleValue()).as(name).isLessThanOrEqualTo(unit);
    }

    private static Tensor host(Tensor tensor) {
        return tensor.to(Device.CPU, tensor.dtype());
    }

    private static AdamParameter fresh(DType dtype, long n, int blockSize, boolean quantized) {
        TensorOptions moments = quantized ? DType.UINT8 : DType.FLOAT32;
        long blocks = Math.ceilDiv(n, (long) blockSize);
        return new AdamParameter(
                Torch.randn(n).to(dtype),
                Torch.zeros(n).to(dtype),
                Torch.zeros(new long[] {n}, moments),
                Torch.zeros(new long[] {n}, moments),
                quantized ? Torch.zeros(blocks) : null,
                quantized ? Torch.zeros(blocks) : null,
                1e-3,
                0.9,
                0.999,
                1e-8,
                0.01,
                0);
    }

    /** On a device, where its own tensors stay the same ones; only the gradient is new. */
    private static AdamParameter on(Device device, AdamParameter p, Tensor grad, long step) {
        return new AdamParameter(
                p.param().to(device, p.param().dtype()),
                grad.to(device, grad.dtype()),
                p.state1().to(device, p.state1().dtype()),
                p.state2().to(device, p.state2().dtype()),
                p.absmax1() == null ? null : p.absmax1().to(device, DType.FLOAT32),
                p.absmax2() == null ? null : p.absmax2().to(device, DType.FLOAT32),
                p.lr(),
                p.beta1(),
                p.beta2(),
                p.eps(),
                p.weightDecay(),
                step);
    }

    @Test
    void theFusedOpsEqualLibtorchs() {
        Torch.manualSeed(2);
        for (DType dtype : KernelTypes.ALL) {
            double tolerance = dtype == DType.FLOAT32 ? 1e-5 : dtype == DType.FLOAT16 ? 4e-3 : 3e-2;
            try (Scope _ = Scope.open()) {
                Tensor x = Torch.randn(8, 100, 1024).to(GPU, dtype).requiresGrad_(true);
                Tensor w = Torch.randn(1024).to(GPU, dtype).requiresGrad_(true);
                Tensor g = Torch.randn(8, 100, 1024).to(GPU, dtype);
                assertThat(FusedRmsNorm.takes(x, w)).isTrue();
                compare(
                        new FusedRmsNorm(1e-6).call(x, w),
                        Torch.rms_norm(x, new long[] {1024}, w, 1e-6),
                        g,
                        tolerance,
                        x,
                        w);
                Tensor gate = Torch.randn(8, 100, 1024).to(GPU, dtype).requiresGrad_(true);
                assertThat(FusedGatedGelu.takes(gate, x)).isTrue();
                compare(new FusedGatedGelu().call(gate, x), gate.gelu("tanh").mul(x), g, tolerance, gate, x);
            }
        }
    }

    private static void compare(Tensor ours, Tensor theirs, Tensor g, double tolerance, Tensor... inputs) {
        Tensor[] own = Autograd.grad(new Tensor[] {ours}, inputs, new Tensor[] {g}, false, false, false);
        Tensor[] truth = Autograd.grad(new Tensor[] {theirs}, inputs, new Tensor[] {g}, false, false, false);
        assertThat(relative(ours, theirs)).isLessThan(tolerance);
        for (int i = 0; i < inputs.length; i++) {
            assertThat(relative(own[i], truth[i])).as("gradient " + i).isLessThan(tolerance);
        }
    }

    private static double relative(Tensor a, Tensor b) {
        Tensor truth = b.detach().to(DType.FLOAT32);
        Tensor off = a.detach().to(DType.FLOAT32).sub(truth).abs().max();
        return off.div(truth.abs().max()).item().doubleValue();
    }
}

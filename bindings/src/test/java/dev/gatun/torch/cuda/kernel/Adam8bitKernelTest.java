package dev.gatun.torch.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.torch.Aten;
import dev.gatun.torch.Blockwise8bit;
import dev.gatun.torch.Blockwise8bit.AdamParameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The GPU's kernel, compiled for and run on the CPU, against the CPU's own, which is compared with bitsandbytes' numbers: all bits
 * are equal, since square roots and divisions are exact here.
 */
class Adam8bitKernelTest {
    private static EmulatedGpu gpu;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        gpu = EmulatedGpu.get();
    }

    private record Both(AdamParameter ours, AdamParameter theirs) {}

    private static AdamParameter parameter(DType dtype, long elements, int blockSize, boolean quantized, double decay) {
        TensorOptions moments = quantized ? DType.UINT8 : DType.FLOAT32;
        long[] blocks = {Math.ceilDiv(elements, (long) blockSize)};
        return new AdamParameter(
                Torch.randn(elements).to(dtype),
                Torch.zeros(elements).to(dtype),
                Torch.zeros(new long[] {elements}, moments),
                Torch.zeros(new long[] {elements}, moments),
                quantized ? Torch.zeros(blocks[0]) : null,
                quantized ? Torch.zeros(blocks[0]) : null,
                1e-2,
                0.9,
                0.995,
                1e-8,
                decay,
                0);
    }

    private static AdamParameter copy(AdamParameter p) {
        return new AdamParameter(
                p.param().clone(),
                p.grad(),
                p.state1().clone(),
                p.state2().clone(),
                p.absmax1() == null ? null : p.absmax1().clone(),
                p.absmax2() == null ? null : p.absmax2().clone(),
                p.lr(),
                p.beta1(),
                p.beta2(),
                p.eps(),
                p.weightDecay(),
                p.step());
    }

    private static AdamParameter at(AdamParameter p, Tensor grad, long step) {
        return new AdamParameter(
                p.param(),
                grad,
                p.state1(),
                p.state2(),
                p.absmax1(),
                p.absmax2(),
                p.lr(),
                p.beta1(),
                p.beta2(),
                p.eps(),
                p.weightDecay(),
                step);
    }

    /** Gradients of many sizes, with what must not spread: NaN, infinity, a block of zeros, one of denormals, a huge one. */
    private static Tensor gradient(DType dtype, long elements, int step) {
        Tensor grad = Torch.randn(elements).mul(Torch.randn(elements).mul(3).exp());
        if (elements > 900 && step > 1) {
            grad.narrow(0, 3, 1).fill_(Double.NaN);
            grad.narrow(0, 300, 1).fill_(Double.NEGATIVE_INFINITY);
            grad.narrow(0, 600, 1).fill_(1e30);
        }
        if (step == 1 || step == 4) {
            grad.narrow(0, 0, Math.min(elements, 256)).mul_(step == 1 ? 0 : 1e-38);
        }
        return grad.to(dtype);
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 2048, 100, 7, 4096})
    void equalsTheCpusKernel(int blockSize) {
        Torch.manualSeed(blockSize);
        try (Scope _ = Scope.open()) {
            List<Both> all = new ArrayList<>();
            for (DType dtype : KernelTypes.ALL) {
                for (long elements : new long[] {5003, 1024, 31}) {
                    AdamParameter p = parameter(dtype, elements, blockSize, elements != 31, elements == 1024 ? 0 : 0.1);
                    all.add(new Both(p, copy(p)));
                }
            }
            for (int step = 1; step <= 5; step++) {
                List<AdamParameter> ours = new ArrayList<>();
                List<AdamParameter> theirs = new ArrayList<>();
                for (Both both : all) {
                    Tensor grad = gradient(
                            both.ours.param().dtype(), both.ours.param().numel(), step);
                    ours.add(at(both.ours, grad, step));
                    theirs.add(at(both.theirs, grad, step));
                }
                gpu.log();
                Adam8bitKernel.on(Device.CPU).step_(ours, blockSize);
                assertThat(gpu.log())
                        .as("one launch for all of a type")
                        .filteredOn(line -> line.startsWith("cuLaunchKernel adam8bit"))
                        .hasSize(3);
                Blockwise8bit.adamStep_(theirs, blockSize);
                for (Both both : all) {
                    assertSame(both, "step " + step);
                }
            }
        }
    }

    private static void assertSame(Both both, String what) {
        AdamParameter a = both.ours;
        AdamParameter b = both.theirs;
        String name = what + " of " + a.param().dtype() + " " + a.param().numel();
        assertSame(a.param(), b.param(), name + " param");
        assertSame(a.state1(), b.state1(), name + " state1");
        assertSame(a.state2(), b.state2(), name + " state2");
        if (a.absmax1() != null) {
            assertSame(a.absmax1(), b.absmax1(), name + " absmax1");
            assertSame(a.absmax2(), b.absmax2(), name + " absmax2");
        }
    }

    /** NaN is the same as NaN. */
    private static void assertSame(Tensor a, Tensor b, String what) {
        boolean floats = a.dtype().isFloatingPoint();
        Tensor same = a.eq(b);
        Tensor differs = (floats ? same.logical_or(a.isnan().logical_and(b.isnan())) : same).logical_not();
        assertThat(differs.sum().item().longValue()).as(what).isZero();
    }

    @Test
    void aParameterThatBeginsAnywhereIsSteppedTheSame() {
        Torch.manualSeed(5);
        try (Scope _ = Scope.open()) {
            AdamParameter p = parameter(DType.BFLOAT16, 1000, 256, true, 0.1);
            AdamParameter shifted = copy(p);
            Tensor place = Torch.zeros(1001).to(DType.BFLOAT16).narrow(0, 1, 1000);
            place.copy_(p.param());
            AdamParameter odd = new AdamParameter(
                    place,
                    null,
                    shifted.state1(),
                    shifted.state2(),
                    shifted.absmax1(),
                    shifted.absmax2(),
                    1e-2,
                    0.9,
                    0.995,
                    1e-8,
                    0.1,
                    1);
            Tensor grad = gradient(DType.BFLOAT16, 1000, 2);
            Adam8bitKernel.on(Device.CPU).step_(List.of(at(p, grad, 1), at(odd, grad, 1)), 256);
            assertSame(new Both(p, odd), "shifted");
        }
    }

    private static final int VALUES = 256;
    private static final int SIGNED = 22 * 64 + 1;
    private static final int UNSIGNED = 23 * 128 + 1;

    /** A million numbers between 0 and 1, and those at and next to every boundary, get the code of the plain search. */
    @Test
    void theTablesFindEveryCode() {
        int[] all = Adam8bitTables.all();
        int entries = 2 * VALUES;
        float[] signed = boundaries(true);
        float[] unsigned = boundaries(false);
        for (int bits = 0; bits <= Float.floatToRawIntBits(1f); bits += 1009) {
            checkCode(all, entries, signed, true, Float.intBitsToFloat(bits));
            checkCode(all, entries, signed, true, -Float.intBitsToFloat(bits));
            checkCode(all, entries + 2 * SIGNED, unsigned, false, Float.intBitsToFloat(bits));
        }
        for (int i = 0; i < signed.length; i++) {
            for (int side = -1; side <= 1; side++) {
                checkCode(all, entries, signed, true, beside(signed[i], side));
                checkCode(all, entries + 2 * SIGNED, unsigned, false, beside(unsigned[i], side));
            }
        }
        checkCode(all, entries, signed, true, Math.nextUp(1f));
        checkCode(all, entries, signed, true, Math.nextDown(-1f));
        assertThat(all).hasSize(2 * VALUES + 2 * SIGNED + UNSIGNED);
    }

    private static float[] boundaries(boolean signed) {
        try (Scope _ = Scope.open()) {
            return Blockwise8bit.thresholds(signed).toFloatArray();
        }
    }

    private static float beside(float x, int side) {
        return side < 0 ? Math.nextDown(x) : side == 0 ? x : Math.nextUp(x);
    }

    /** What {@code quantize} in adam8bit.cu does. */
    private static void checkCode(int[] tables, int entries, float[] boundaries, boolean signed, float x) {
        int least = signed ? 0x34800000 : 0x34000000;
        int bits = signed ? 17 : 16;
        int count = signed ? SIGNED : UNSIGNED;
        int sign = Float.floatToRawIntBits(x) >> 31;
        int magnitude = Math.max(Float.floatToRawIntBits(x) & Integer.MAX_VALUE, least);
        int place = Math.min(magnitude - least >>> bits, count - 1);
        int lower = (magnitude ^ sign) & (1 << bits) - 1;
        int code = tables[entries + place + (sign & count)] + lower >>> bits;
        int expected = 0;
        while (expected < boundaries.length && boundaries[expected] < x) {
            expected++;
        }
        if (signed && sign != 0) {
            expected = Math.min(expected, 126);
        }
        if (code != expected) {
            throw new AssertionError("the code of " + x + " is " + code + ", not " + expected);
        }
    }

    @Test
    void autogradLearnsOfTheChangeAndWrongTensorsAreRefused() {
        try (Scope _ = Scope.open()) {
            AdamParameter p = parameter(DType.FLOAT32, 300, 256, true, 0);
            long before = Aten._version(p.param());
            Adam8bitKernel kernel = Adam8bitKernel.on(Device.CPU);
            kernel.step_(List.of(at(p, Torch.ones(300), 1)), 256);
            assertThat(Aten._version(p.param())).isEqualTo(before + 1);
            kernel.step_(List.of(), 256);
            assertThatThrownBy(() -> kernel.step_(List.of(at(p, Torch.ones(299), 1)), 256))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("grad must have 300 elements of");
            assertThatThrownBy(() -> kernel.step_(List.of(at(p, Torch.ones(300), 1)), 128))
                    .hasMessageContaining("absmax1 must have 3 elements");
            assertThatThrownBy(() -> kernel.step_(List.of(), 4097)).hasMessageContaining("1 to 4096");
            assertThatThrownBy(() -> kernel.step_(List.of(at(p, Torch.ones(300).to(DType.FLOAT16), 1)), 256))
                    .hasMessageContaining("float16");
        }
    }
}

package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kernel of 8-bit Adam that this processor can run, not only the one it would choose, against ops: the same bits. */
class Adam8bitKernelsTest {
    private static final double SMALLEST_NORMAL = 0x1p-126;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
        Torch.manualSeed(5);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** A parameter and its state: at first no first moments, and second ones in every other block. */
    private record State(Tensor param, Tensor codes1, Tensor codes2, Tensor absmax1, Tensor absmax2) {
        static State random(int elements, int blockSize) {
            TensorOptions codes = TensorOptions.of(DType.UINT8, Device.CPU);
            long blocks = Math.ceilDiv(elements, blockSize);
            return new State(
                    Torch.randn(elements),
                    Torch.full(new long[] {elements}, 127, codes),
                    Torch.randint(256, new long[] {elements}, codes),
                    Torch.zeros(blocks),
                    Torch.arange(blocks).remainder(2).to(DType.FLOAT32));
        }

        State copy() {
            return new State(param.clone(), codes1.clone(), codes2.clone(), absmax1.clone(), absmax2.clone());
        }

        Blockwise8bit.AdamParameter with(Tensor grad, long step) {
            return new Blockwise8bit.AdamParameter(
                    param, grad, codes1, codes2, absmax1, absmax2, 1e-2, 0.9, 0.99, 1e-8, 0.1, step);
        }

        List<Tensor> all() {
            return List.of(param, codes1, codes2, absmax1, absmax2);
        }
    }

    @Test
    void thereIsOneAtLeast() {
        assertThat(kernels()).isPositive();
    }

    /** Blocks that fill vectors, that do not, the largest, and a last one that is not whole. */
    @ParameterizedTest
    @CsvSource({"256, 5120", "256, 5077", "64, 1000", "100, 1050", "2048, 9000", "4096, 8192"})
    void allGiveTheBitsOfOps(int blockSize, int elements) {
        State first = State.random(elements, blockSize);
        for (int kernel = 0, count = kernels(); kernel < count; kernel++) {
            State state = first.copy();
            State expected = first.copy();
            for (int step = 1; step <= 24; step++) {
                try (Scope _ = Scope.open()) {
                    Tensor grad = gradient(elements, step);
                    Blockwise8bit.stepOnCpu(List.of(state.with(grad, step)), blockSize, kernel);
                    Blockwise8bitOps.adamStep_(expected.with(grad, step), blockSize);
                    for (int i = 0; i < state.all().size(); i++) {
                        assertThat(bits(state.all().get(i)))
                                .as("kernel %d, step %d, tensor %d of param, codes and maxima", kernel, step, i)
                                .containsExactly(bits(expected.all().get(i)));
                    }
                }
            }
        }
    }

    /**
     * Numbers of all sizes; from step to step a part that is 0, of either sign, whose moments go to rest; one that is so small
     * that its maxima have no reciprocal; and some that are not finite.
     */
    private static Tensor gradient(int elements, int step) {
        Tensor grad = Torch.randn(elements).mul(Torch.randn(elements).mul(4).exp());
        long part = elements / 5;
        grad.narrow(0, 0, part).mul_(step == 1 ? 1e-18 : 0);
        grad.narrow(0, part, part).zero_();
        if (step % 3 == 0) {
            grad.narrow(0, 0, 2 * part).copy_(Torch.zeros(2 * part).neg());
        }
        grad.narrow(0, 2 * part, part).mul_(SMALLEST_NORMAL * Math.pow(8, 12 - step));
        if (step == 7) {
            grad.select(0, 3 * part + 1).fill_(Double.NaN);
            grad.select(0, elements - 1).fill_(Double.POSITIVE_INFINITY);
        }
        if (step == 8) {
            grad.select(0, 4 * part).fill_(1e30);
        }
        return grad;
    }

    private static int kernels() {
        return Blockwise8bit.stepOnCpu(List.of(), 256, 0);
    }

    /** So that the zeros of either sign, and NaNs, are told from one another. */
    private static int[] bits(Tensor tensor) {
        return tensor.dtype() == DType.FLOAT32
                ? tensor.view(DType.INT32).toIntArray()
                : tensor.to(DType.INT32).toIntArray();
    }
}

package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FewRowsTest {
    private static double difference(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.dtype()).isEqualTo(expected.dtype());
        return actual.sub(expected).abs().max().item().doubleValue();
    }

    /** Every number of rows for which something is done in another way, odd widths, and widths that no kernel takes. */
    @ParameterizedTest
    @CsvSource({"16,1", "16,2", "32,33", "48,100", "512,17", "24,5", "7,3", "1,1", "512,600"})
    void equalsLinear(int in, int out) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Tensor weight = Torch.randn(out, in);
            for (int rows = 1; rows <= 50; rows++) {
                Tensor input = Torch.randn(rows, 1, in);
                assertThat(difference(FewRows.linear(input, weight), Torch.linear(input, weight)))
                        .as(rows + " rows")
                        .isLessThan(1e-4);
            }
        }
    }

    @Test
    void severalThreadsAndLayoutsGiveTheSame() {
        int threads = Torch.getNumThreads();
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            Torch.setNumThreads(2);
            Tensor weight = Torch.randn(1031, 512);
            Tensor wide = Torch.randn(2, 4, 1024);
            Tensor half = wide.narrow(2, 0, 512); // not contiguous
            assertThat(difference(FewRows.linear(half, weight), Torch.linear(half, weight)))
                    .isLessThan(1e-4);
            Tensor plain = half.contiguous();
            assertThat(difference(FewRows.linear(plain, weight), Torch.linear(plain, weight)))
                    .isLessThan(1e-4);
            Tensor turned = Torch.randn(512, 64).t();
            assertThat(difference(FewRows.linear(plain, turned), Torch.linear(plain, turned)))
                    .isLessThan(1e-4);
            Tensor doubles = plain.to(DType.FLOAT64);
            Tensor weights = weight.to(DType.FLOAT64);
            assertThat(difference(FewRows.linear(doubles, weights), Torch.linear(doubles, weights)))
                    .isZero();
            assertThat(FewRows.linear(Torch.randn(0, 512), weight).shape()).containsExactly(0, 1031);
            assertThat(FewRows.linear(Torch.randn(512), weight).shape()).containsExactly(1031);
        } finally {
            Torch.setNumThreads(threads);
        }
    }

    @Test
    void gradientsAndAutocastAreLinears() {
        try (Scope _ = Scope.open()) {
            Tensor weight = Torch.randn(8, 16).requiresGrad_(true);
            Tensor input = Torch.randn(3, 16);
            FewRows.linear(input, weight).sum().backward();
            assertThat(difference(weight.grad(), input.sum(new long[] {0}, true).expand(8, 16)))
                    .isLessThan(1e-5);
            try (GradMode _ = Torch.noGrad();
                    Autocast _ = Autocast.open(Device.CPU, DType.BFLOAT16)) {
                assertThat(FewRows.linear(input, weight).dtype()).isEqualTo(DType.BFLOAT16);
                assertThat(FewRows.linear(Torch.randn(20, 16), weight).dtype()).isEqualTo(DType.BFLOAT16);
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            for (int rows : new int[] {2, 20}) {
                Tensor input = Torch.randn(rows, 16);
                assertThatThrownBy(() -> FewRows.linear(input, Torch.randn(8, 32)))
                        .isInstanceOf(TorchException.class);
                assertThatThrownBy(() -> FewRows.linear(input, null)).hasMessageContaining("weight");
            }
        }
    }
}

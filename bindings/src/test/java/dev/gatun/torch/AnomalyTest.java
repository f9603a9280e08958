package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AnomalyTest extends NothingKept {
    private static int lineOfCaller() {
        return Thread.currentThread().getStackTrace()[2].getLineNumber();
    }

    private static Tensor root(Tensor x) {
        return x.sqrt();
    }

    @Test
    void aNanInTheBackwardPassNamesTheOpAndItsLine() {
        Tensor x = Tensor.of(new double[] {-1}).requiresGrad_(true);
        try (AnomalyMode _ = Autograd.detectAnomaly()) {
            int line = lineOfCaller() + 1;
            Tensor y = root(x);
            TorchException e = catchThrowableOfType(
                    TorchException.class, () -> y.mul(2).sum().backward());
            assertThat(e)
                    .hasMessageContaining("returned nan values")
                    .hasMessageContaining("SqrtBackward0 failed; it was made at");
            assertThat(e.getMessage()).contains("AnomalyTest.root(AnomalyTest.java:");
            assertThat(Arrays.stream(e.getCause().getStackTrace())
                            .map(StackTraceElement::getLineNumber)
                            .limit(2))
                    .endsWith(line);
        }
        assertThat(root(x).mul(2).sum().isnan().item().booleanValue()).isTrue();
        root(x).sum().backward();
        assertThat(Double.isNaN(x.grad().item().doubleValue())).isTrue();
    }

    @Test
    void aFailureOfLibtorchNamesItToo() {
        Tensor x = Tensor.of(new double[] {1, 2}).requiresGrad_(true);
        try (AnomalyMode _ = Autograd.detectAnomaly(false)) {
            Tensor y = x.exp();
            y.detach().add_(1); // exp's gradient needs the result as it was
            TorchException e =
                    catchThrowableOfType(TorchException.class, () -> y.sum().backward());
            assertThat(e)
                    .hasMessageContaining("modified by an inplace operation")
                    .hasMessageContaining("ExpBackward0 failed; it was made at")
                    .hasMessageContaining("aFailureOfLibtorchNamesItToo(AnomalyTest.java:");
        }
    }

    @Test
    void anExceptionOfAHookIsTheSameObjectWithTheForwardCallNoted() {
        Tensor x = Tensor.of(new double[] {1, 2}).requiresGrad_(true);
        RuntimeException mine = new RuntimeException("mine");
        try (AnomalyMode _ = Autograd.detectAnomaly()) {
            Tensor y = x.exp();
            y.registerHook(g -> {
                throw mine;
            });
            assertThat(catchThrowable(() -> y.sum().backward())).isSameAs(mine);
        }
        assertThat(mine.getSuppressed()).hasSize(1);
        assertThat(mine.getSuppressed()[0]).hasMessage("ExpBackward0 was made here");
        assertThat(mine.getSuppressed()[0].getStackTrace()[0].getFileName()).isEqualTo("AnomalyTest.java");
    }

    @Test
    void aNodeMadeByTheBackwardPassNamesTheForwardCallBehindIt() {
        Tensor x = Tensor.of(new double[] {1}).requiresGrad_(true);
        RuntimeException mine = new RuntimeException("mine");
        try (AnomalyMode _ = Autograd.detectAnomaly()) {
            int line = lineOfCaller() + 1;
            Tensor y = x.exp();
            Tensor first = Autograd.grad(new Tensor[] {y.sum()}, new Tensor[] {x}, null, true, true, false)[0];
            first.registerHook(g -> {
                throw mine;
            });
            assertThat(catchThrowable(() -> first.sum().backward())).isSameAs(mine);
            Throwable made = mine.getSuppressed()[0];
            assertThat(made).hasMessage("MulBackward0 was made here");
            assertThat(made.getStackTrace()[0].getLineNumber()).isEqualTo(line + 1);
            assertThat(made.getCause()).hasMessage("the gradient of a node made here");
            assertThat(made.getCause().getStackTrace()[0].getLineNumber()).isEqualTo(line);
        }
    }

    @Test
    void itEndsWithItsStretch() {
        Tensor x = Tensor.of(new double[] {-1}).requiresGrad_(true);
        int before = Upcalls.live();
        try (AnomalyMode _ = Autograd.detectAnomaly()) {
            try (AnomalyMode _ = Autograd.detectAnomaly()) {
                x.mul(2);
            }
            x.mul(2);
            assertThat(Upcalls.live()).isGreaterThanOrEqualTo(before + 2);
        }
        int after = Upcalls.live();
        x.mul(3);
        assertThat(Upcalls.live()).isEqualTo(after);
    }
}

package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AutogradTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        assertThat(Torch.isGradEnabled()).isTrue();
    }

    private static Tensor leaf(double... values) {
        return Tensor.of(values).requiresGrad_(true);
    }

    @Test
    void backwardFillsTheGradientsOfLeavesAndAddsToThem() {
        Tensor x = leaf(1, 2, 3);
        assertThat(x.grad()).isNull();
        x.mul(x).sum().backward();
        assertThat(x.grad().toDoubleArray()).containsExactly(2, 4, 6);
        x.mul(x).sum().backward();
        assertThat(x.grad().toDoubleArray()).containsExactly(4, 8, 12);
        x.setGrad(null);
        assertThat(x.grad()).isNull();
    }

    @Test
    void theGradientSharesItsDataAndCanBeSet() {
        Tensor x = leaf(1, 2);
        Tensor given = Tensor.of(new double[] {5, 6});
        x.setGrad(given);
        x.grad().mul_(2);
        assertThat(given.toDoubleArray()).containsExactly(10, 12);
        given.close();
        assertThat(x.grad().toDoubleArray()).containsExactly(10, 12);
        assertThatThrownBy(() -> x.setGrad(Torch.ones(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the gradient of float64[2] cannot be float32[2]");
    }

    @Test
    void aGradientOfTheOutputWeighsIt() {
        Tensor x = leaf(1, 2);
        x.mul(3).backward(Tensor.of(new double[] {1, 10}), false, false);
        assertThat(x.grad().toDoubleArray()).containsExactly(3, 30);
    }

    @Test
    void aGraphCanBeKept() {
        Tensor x = leaf(1, 2);
        Tensor loss = x.exp().sum();
        loss.backward(null, true, false);
        loss.backward();
        assertThat(x.grad().div(x.exp()).toDoubleArray()).containsExactly(2, 2);
        assertThatThrownBy(loss::backward)
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("backward through the graph a second time");
    }

    @Test
    void gradLeavesTheFieldsAlone() {
        Tensor x = leaf(2);
        Tensor y = leaf(5);
        Tensor[] gradients = Autograd.grad(x.mul(y).sum(), x, y);
        assertThat(gradients[0].toDoubleArray()).containsExactly(5);
        assertThat(gradients[1].toDoubleArray()).containsExactly(2);
        assertThat(x.grad()).isNull();
    }

    @Test
    void gradTakesSeveralOutputsWithTheirGradients() {
        Tensor x = leaf(1, 2);
        Tensor[] outputs = {x.mul(2), x.mul(3).sum()};
        Tensor[] weights = {Tensor.of(new double[] {1, 100}), null};
        Tensor[] gradient = Autograd.grad(outputs, new Tensor[] {x}, weights, false, false, false);
        assertThat(gradient[0].toDoubleArray()).containsExactly(5, 203);
        assertThatThrownBy(() -> Autograd.grad(outputs, new Tensor[] {x}, new Tensor[1], false, false, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 output gradients for 2 outputs");
    }

    @Test
    void anUnusedInputIsAnErrorOrNull() {
        Tensor used = leaf(1);
        Tensor unused = leaf(1);
        Tensor loss = used.mul(2).sum();
        assertThatThrownBy(() -> Autograd.grad(new Tensor[] {loss}, new Tensor[] {unused}, null, true, false, false))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("not have been used in the graph");
        Tensor[] gradients = Autograd.grad(new Tensor[] {loss}, new Tensor[] {used, unused}, null, false, false, true);
        assertThat(gradients[0].toDoubleArray()).containsExactly(2);
        assertThat(gradients[1]).isNull();
    }

    @Test
    void gradientsCanBeDifferentiated() {
        Tensor x = leaf(3);
        Tensor[] first = Autograd.grad(new Tensor[] {x.pow(3).sum()}, new Tensor[] {x}, null, true, true, false);
        assertThat(first[0].toDoubleArray()).containsExactly(27);
        assertThat(Autograd.grad(first[0].sum(), x)[0].toDoubleArray()).containsExactly(18);
    }

    @Test
    void noGradStopsRecordingUntilItCloses() {
        Tensor x = leaf(1);
        try (GradMode _ = Torch.noGrad()) {
            assertThat(Torch.isGradEnabled()).isFalse();
            assertThat(x.mul(2).requiresGrad()).isFalse();
            try (GradMode _ = Torch.enableGrad()) {
                assertThat(x.mul(2).requiresGrad()).isTrue();
            }
            assertThat(Torch.isGradEnabled()).isFalse();
            x.add_(1); // a leaf may be written to here
        }
        assertThat(Torch.isGradEnabled()).isTrue();
        assertThat(x.mul(2).requiresGrad()).isTrue();
        assertThat(x.toDoubleArray()).containsExactly(2);
    }

    @Test
    void noGradIsOfOneThread() {
        try (GradMode mode = Torch.noGrad()) {
            assertThat(CompletableFuture.supplyAsync(Torch::isGradEnabled).join())
                    .isTrue();
            assertThatThrownBy(() -> CompletableFuture.runAsync(mode::close).join())
                    .hasCauseInstanceOf(WrongThreadException.class);
        }
    }

    @Test
    void leavesAreTold() {
        Tensor x = leaf(1);
        assertThat(x.isLeaf()).isTrue();
        assertThat(x.mul(2).isLeaf()).isFalse();
        assertThat(x.mul(2).detach().isLeaf()).isTrue();
        assertThat(x.detach().requiresGrad()).isFalse();
        assertThat(x.requiresGrad_(false).requiresGrad()).isFalse();
    }

    @Test
    void threadsTrainSideBySide() {
        CompletableFuture<?>[] all = new CompletableFuture<?>[4];
        for (int t = 0; t < all.length; t++) {
            double factor = t + 1;
            all[t] = CompletableFuture.runAsync(() -> {
                try (Scope _ = Scope.open()) {
                    Tensor x = leaf(1, 2, 3);
                    for (int i = 1; i <= 200; i++) {
                        try (Scope _ = Scope.open()) {
                            x.mul(factor).sum().backward();
                            assertThat(x.grad().toDoubleArray()).containsOnly(i * factor);
                        }
                    }
                }
            });
        }
        CompletableFuture.allOf(all).join();
    }
}

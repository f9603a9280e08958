package dev.gatun.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.Linear;
import dev.gatun.nn.Module;
import dev.gatun.nn.ModuleList;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import org.junit.jupiter.api.Test;

class NonFiniteTest {
    private static final class Net extends Module {
        private final ModuleList<Linear> layers = registerModule("layers", new ModuleList<>());
        private final Parameter scale = registerParameter("scale", new Parameter(Torch.ones(2)));

        Net() {
            for (int i = 0; i < 3; i++) {
                layers.append(new Linear(4, 4));
            }
        }
    }

    @Test
    void theFirstBadModuleIsNamed() {
        try (Scope _ = Scope.open();
                Net net = new Net()) {
            assertThat(NonFinite.inParameters(net)).isEmpty();
            assertThat(NonFinite.inGradients(net)).isEmpty();
            for (int i = 1; i < 3; i++) {
                Tensor grad = Torch.zeros(4, 4);
                grad.select(0, 1).fill_(Double.NaN);
                grad.select(0, 2).narrow(0, 0, 3).fill_(Double.NEGATIVE_INFINITY);
                net.layers.get(i).weight().get().setGrad(grad);
                net.layers.get(i).bias().get().setGrad(Torch.ones(4));
            }
            NonFinite found = NonFinite.inGradients(net).orElseThrow();
            assertThat(found).isEqualTo(new NonFinite("layers.1", "weight", true, 4, 3, 16, 1));
            assertThat(found)
                    .hasToString(
                            "layers.1: the gradient of its parameter weight has 4 NaN and 3 infinite of 16 numbers,"
                                    + " and 1 more parameters are not finite");
            assertThat(NonFinite.inParameters(net)).isEmpty();
            net.scale.copy_(Tensor.of(new float[] {1, Float.NaN}));
            assertThat(NonFinite.inParameters(net).orElseThrow())
                    .hasToString("the model: its parameter scale has 1 NaN and 0 infinite of 2 numbers");
        }
    }

    /** The norm of large numbers is infinite, and they are not. */
    @Test
    void largeNumbersAreFinite() {
        try (Scope _ = Scope.open();
                Net net = new Net()) {
            net.scale.get().setGrad(Tensor.of(new float[] {3e38f, 3e38f}));
            assertThat(Gradients.norm(net.parameters())).isInfinite();
            assertThat(NonFinite.inGradients(net)).isEmpty();
        }
    }
}

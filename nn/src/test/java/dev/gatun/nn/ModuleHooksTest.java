package dev.gatun.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.torch.DType;
import dev.gatun.torch.RemovableHandle;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModuleHooksTest {
    private Scope scope;
    private Linear layer;
    private Tensor x;

    @BeforeEach
    void open() {
        scope = Scope.open();
        Torch.manualSeed(5);
        layer = new Linear(3, 2, true, DType.FLOAT64);
        x = Torch.randn(new long[] {4, 3}, DType.FLOAT64).requiresGrad_(true);
    }

    @AfterEach
    void close() {
        layer.close();
        scope.close();
    }

    @Test
    void forwardHooksRunInOrderAndMayReplace() {
        List<String> order = new ArrayList<>();
        Tensor plain = layer.forward(x);
        Tensor ofDouble = layer.forward(x.mul(2));
        layer.registerForwardPreHook((_, in) -> {
            order.add("pre");
            return new Tensor[] {in[0].mul(2)};
        });
        layer.registerForwardHook((module, in, out) -> {
            assertThat(module).isSameAs(layer);
            assertThat(in[0].equal(x.mul(2))).isTrue();
            assertThat(out[0].equal(ofDouble)).isTrue();
            order.add("first");
            return null;
        });
        RemovableHandle negate = layer.registerForwardHook((_, _, out) -> {
            order.add("second");
            return new Tensor[] {out[0].neg()};
        });
        assertThat(layer.forward(x).equal(ofDouble.neg())).isTrue();
        assertThat(order).containsExactly("pre", "first", "second");
        negate.remove();
        assertThat(layer.forward(x).equal(ofDouble)).isTrue();
        assertThat(plain.equal(ofDouble)).isFalse();
    }

    @Test
    void backwardHooksSeeAndReplaceGradients() {
        layer.forward(x).square().sum().backward();
        Tensor gradient = x.grad().clone();
        Tensor ofResult = layer.forward(x).detach().mul(2);
        x.setGrad(null);
        List<Tensor> seen = new ArrayList<>();
        layer.registerFullBackwardHook((_, gradInputs, gradOutputs) -> {
            seen.add(gradInputs[0].clone().unscoped());
            seen.add(gradOutputs[0].clone().unscoped());
            return new Tensor[] {gradInputs[0].mul(10)};
        });
        layer.forward(x).square().sum().backward();
        assertThat(Golden.relativeError(seen.get(0), gradient)).isLessThan(1e-14);
        assertThat(Golden.relativeError(seen.get(1), ofResult)).isLessThan(1e-14);
        assertThat(Golden.relativeError(x.grad(), gradient.mul(10))).isLessThan(1e-14);
        seen.forEach(Tensor::close);
    }

    @Test
    void backwardPreHooksChangeWhatReachesTheModule() {
        layer.forward(x).sum().backward();
        Tensor gradient = x.grad().clone();
        Tensor ofBias = layer.bias().grad().clone();
        x.setGrad(null);
        layer.zeroGrad();
        RemovableHandle handle =
                layer.registerFullBackwardPreHook((_, gradOutputs) -> new Tensor[] {gradOutputs[0].mul(3)});
        layer.forward(x).sum().backward();
        assertThat(Golden.relativeError(x.grad(), gradient.mul(3))).isLessThan(1e-14);
        assertThat(Golden.relativeError(layer.bias().grad(), ofBias.mul(3))).isLessThan(1e-14);
        handle.close();
        x.setGrad(null);
        layer.forward(x).sum().backward();
        assertThat(Golden.relativeError(x.grad(), gradient)).isLessThan(1e-14);
    }

    /** As in PyTorch: the hook of the first layer runs although its input needs no gradient. */
    @Test
    void aModuleWhoseInputNeedsNoGradientHasNullForIt() {
        List<Tensor[]> seen = new ArrayList<>();
        layer.registerFullBackwardHook((_, gradInputs, _) -> {
            seen.add(gradInputs);
            return null;
        });
        layer.forward(x.detach()).sum().backward();
        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst()).containsExactly((Tensor) null);
    }

    @Test
    void modulesOfSeveralInputsHaveHooksToo() {
        try (Bilinear bilinear = new Bilinear(3, 2, 2, true, DType.FLOAT64)) {
            Tensor y = Torch.randn(new long[] {4, 2}, DType.FLOAT64);
            List<Integer> nulls = new ArrayList<>();
            bilinear.registerFullBackwardHook((_, gradInputs, _) -> {
                assertThat(gradInputs).hasSize(2);
                assertThat(gradInputs[0].shape()).containsExactly(4, 3);
                nulls.add(gradInputs[1] == null ? 1 : 0);
                return null;
            });
            bilinear.forward(x, y).sum().backward();
            assertThat(nulls).containsExactly(1);
        }
    }

    @Test
    void aHookThatReturnsTooFewIsRefused() {
        layer.registerForwardHook((_, _, _) -> new Tensor[0]);
        assertThatThrownBy(() -> layer.forward(x))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a hook of Linear returned 0 tensors in place of 1 (outputs)");
    }

    @Test
    void hooksLeaveNothingBehind() {
        layer.registerFullBackwardHook((_, _, _) -> null);
        for (int i = 0; i < 3; i++) {
            step();
        }
        // Tensors of a graph are given back when its last handle goes; the next step's frame sees to the last ones.
        long before = Scope.unclosedTensors();
        for (int i = 0; i < 50; i++) {
            step();
        }
        assertThat(Scope.unclosedTensors()).isLessThanOrEqualTo(before + 2);
    }

    private void step() {
        try (Scope _ = Scope.open()) {
            layer.forward(x).sum().backward();
            layer.zeroGrad();
            x.setGrad(null);
        }
    }
}

package dev.gatun.torch.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.torch.Autograd;
import dev.gatun.torch.Checkpoint;
import dev.gatun.torch.DType;
import dev.gatun.torch.Function;
import dev.gatun.torch.FunctionContext;
import dev.gatun.torch.RemovableHandle;
import dev.gatun.torch.SavedTensorsHooks;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the javadoc shows of gradients and hooks, run as it stands there. */
class AutogradSnippetsTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor leaf(float... values) {
        return Tensor.of(values).requiresGrad_(true);
    }

    @Test
    void grad() {
        // @start region="grad"
        Tensor x = Tensor.of(new float[] {1, 2, 3}).requiresGrad_(true);
        Tensor y = x.pow(3).sum();
        Tensor[] first = Autograd.grad(new Tensor[] {y}, new Tensor[] {x}, null, true, true, false); // 3 x^2
        Tensor second = Autograd.grad(first[0].sum(), x)[0]; // 6 x; x.grad() is still null
        // @end
        assertThat(first[0].toFloatArray()).containsExactly(3, 12, 27);
        assertThat(second.toFloatArray()).containsExactly(6, 12, 18);
        assertThat(x.grad()).isNull();
    }

    @Test
    void hook() {
        Tensor w = leaf(1, 2);
        Tensor loss = w.mul(Tensor.of(new float[] {-5, 0.5f})).sum();
        // @start region="hook"
        try (RemovableHandle _ = w.registerHook(gradient -> gradient.clamp(-1, 1))) {
            loss.backward(); // the hook's result is what is added to w.grad()
        } // the hook is gone
        // @end
        assertThat(w.grad().toFloatArray()).containsExactly(-1, 0.5f);
        w.mul(10).sum().backward();
        assertThat(w.grad().toFloatArray()).containsExactly(9, 10.5f);
    }

    @Test
    void function() {
        Tensor x = leaf(0, 1);
        // @start region="function"
        Function exp = new Function() {
            @Override
            protected Tensor[] forward(FunctionContext ctx, Tensor... inputs) {
                Tensor result = inputs[0].exp();
                ctx.saveForBackward(result);
                return new Tensor[] {result};
            }

            @Override
            protected Tensor[] backward(FunctionContext ctx, Tensor... gradients) {
                return new Tensor[] {gradients[0].mul(ctx.savedTensors()[0])};
            }
        };
        Tensor y = exp.call(x);
        // @end
        y.sum().backward();
        assertThat(y.toFloatArray()).containsExactly(x.detach().exp().toFloatArray());
        assertThat(x.grad().toFloatArray()).containsExactly(y.toFloatArray());
    }

    @Test
    void context() {
        Tensor a = leaf(1, 2).reshape(1, 2);
        Tensor b = Torch.ones(2, 3);
        Function product = new Function() {
            @Override
            protected Tensor[] forward(FunctionContext ctx, Tensor... inputs) {
                ctx.saveForBackward(inputs);
                return new Tensor[] {inputs[0].mm(inputs[1])};
            }

            // @start region="context"
            @Override
            protected Tensor[] backward(FunctionContext ctx, Tensor... gradients) { // of inputs[0].mm(inputs[1])
                Tensor[] inputs = ctx.savedTensors(); // forward: ctx.saveForBackward(inputs)
                Tensor left = ctx.needsInputGrad(0) ? gradients[0].mm(inputs[1].t()) : null;
                Tensor right = ctx.needsInputGrad(1) ? inputs[0].t().mm(gradients[0]) : null;
                return new Tensor[] {left, right};
            }
            // @end
        };
        assertThat(Autograd.grad(product.call(a, b).sum(), a)[0].toFloatArray()).containsExactly(3, 3);
        b.requiresGrad_(true);
        assertThat(Autograd.grad(product.call(a, b).sum(), b)[0].toFloatArray()).containsExactly(1, 1, 1, 2, 2, 2);
    }

    @Test
    void checkpoint() {
        Tensor x = Torch.randn(4, 8);
        Tensor w = Torch.randn(8, 8).requiresGrad_(true);
        // @start region="checkpoint"
        Tensor y = Checkpoint.apply(h -> h.matmul(w).tanh().matmul(w.t()), x); // keeps x, not what is between
        y.sum().backward(); // runs the block again
        // @end
        Tensor plain = x.matmul(w).tanh().matmul(w.t()).sum();
        assertThat(w.grad().toFloatArray()).isEqualTo(Autograd.grad(plain, w)[0].toFloatArray());
    }

    @Test
    void savedTensors() {
        Tensor x = Tensor.of(new float[] {1 + 1f / 4096, 2});
        Tensor w = leaf(3, 4);
        // @start region="savedTensors"
        Tensor loss;
        try (var _ = SavedTensorsHooks.open(t -> t.to(DType.BFLOAT16), t -> t.to(DType.FLOAT32))) {
            loss = x.mul(w).sum(); // what the backward pass needs is kept in half the bytes
        }
        loss.backward();
        // @end
        assertThat(w.grad().toFloatArray()).containsExactly(1, 2);
    }
}

package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class FunctionTest extends NothingKept {
    /** exp(a) * b and a + 2b, with saved inputs and a saved output. */
    private static class ExpMul extends Function {
        @Override
        protected Tensor[] forward(FunctionContext ctx, Tensor... in) {
            Tensor exp = in[0].exp().mul(in[1]);
            ctx.saveForBackward(in[0], in[1], exp);
            return new Tensor[] {exp, in[0].add(in[1].mul(2))};
        }

        @Override
        protected Tensor[] backward(FunctionContext ctx, Tensor... g) {
            Tensor[] saved = ctx.savedTensors();
            Tensor a = ctx.needsInputGrad(0) ? g[0].mul(saved[2]).add(g[1]) : null;
            Tensor b = ctx.needsInputGrad(1) ? g[0].mul(saved[0].exp()).add(g[1].mul(2)) : null;
            return new Tensor[] {a, b};
        }
    }

    private static Tensor leaf(double... values) {
        return Tensor.of(values).requiresGrad_(true);
    }

    /** d f / d at[i], by central differences. */
    private static double[] differences(ToDoubleFunction<double[]> f, double[] at) {
        double[] result = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            double[] up = at.clone();
            double[] down = at.clone();
            up[i] += 1e-5;
            down[i] -= 1e-5;
            result[i] = (f.applyAsDouble(up) - f.applyAsDouble(down)) / 2e-5;
        }
        return result;
    }

    private static void assertClose(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-7));
        }
    }

    private static Tensor loss(Tensor a, Tensor b) {
        Tensor[] out = new ExpMul().apply(a, b);
        return out[0].pow(2).sum().add(out[1].sin().sum());
    }

    /** A scalar made of the first derivatives, so that its gradient needs the second ones. */
    private static Tensor slope(Tensor a, Tensor b) {
        Tensor[] first = Autograd.grad(new Tensor[] {loss(a, b)}, new Tensor[] {a, b}, null, true, true, false);
        return first[0].pow(2).sum().add(first[1].cos().sum());
    }

    @Test
    void gradientsAndTheirGradientsAgreeWithFiniteDifferences() {
        double[] at = {0.3, -0.5, 0.8, -0.2};
        Tensor a = leaf(at[0], at[1]);
        Tensor b = leaf(at[2], at[3]);
        Tensor[] first = Autograd.grad(loss(a, b), a, b);
        assertClose(
                Torch.cat(first).toDoubleArray(),
                differences(v -> loss(leaf(v[0], v[1]), leaf(v[2], v[3])).item().doubleValue(), at));
        Tensor[] second = Autograd.grad(slope(a, b), a, b);
        assertClose(
                Torch.cat(second).toDoubleArray(),
                differences(
                        v -> slope(leaf(v[0], v[1]), leaf(v[2], v[3])).item().doubleValue(), at));
    }

    /** Twice its input, in the memory that forward made. */
    private static class Twice extends Function {
        long made;

        @Override
        protected Tensor[] forward(FunctionContext ctx, Tensor... in) {
            Tensor out = in[0].mul(2);
            made = out.info().data();
            return new Tensor[] {out};
        }

        @Override
        protected boolean outputsAreNew() {
            return true;
        }

        @Override
        protected Tensor[] backward(FunctionContext ctx, Tensor... g) {
            return new Tensor[] {g[0].mul(2)};
        }
    }

    @Test
    void newOutputsAreNotCopied() {
        Twice twice = new Twice();
        Tensor a = leaf(1, 2, 3, 4, 5, 6).view(2, 3);
        Tensor out = twice.call(a);
        assertThat(out.info().data()).isEqualTo(twice.made);
        assertThat(out.toDoubleArray()).containsExactly(2, 4, 6, 8, 10, 12);
        Tensor x = leaf(1, 2);
        Tensor y = twice.call(x);
        y.mul_(3);
        assertThat(Autograd.grad(y.pow(2).sum(), x)[0].toDoubleArray()).containsExactly(72, 144);
        Tensor[] first =
                Autograd.grad(new Tensor[] {twice.call(x).pow(3).sum()}, new Tensor[] {x}, null, true, true, false);
        assertThat(first[0].toDoubleArray()).containsExactly(24, 96);
        assertThat(Autograd.grad(first[0].sum(), x)[0].toDoubleArray()).containsExactly(48, 96);
    }

    @Test
    void onlyTheInputsThatNeedItGetAGradient() {
        Tensor a = leaf(1);
        Tensor b = Tensor.of(new double[] {2});
        Tensor[] out = new ExpMul().apply(a, b);
        out[0].sum().backward(); // out[1] is not used: its gradient is zeros
        assertThat(a.grad().toDoubleArray()).containsExactly(2 * Math.E);
        assertThat(b.grad()).isNull();
        try (GradMode _ = Torch.noGrad()) {
            assertThat(new ExpMul().apply(a, b)[0].requiresGrad()).isFalse();
        }
    }

    @Test
    void usersHooksOnAnOutputComeBeforeBackward() {
        Tensor a = leaf(0);
        Tensor b = leaf(1);
        Tensor out = new ExpMul().apply(a, b)[0];
        out.registerHook(g -> g.mul(10));
        out.sum().backward();
        assertThat(a.grad().toDoubleArray()).containsExactly(10);
    }

    @Test
    void aGraphCanBeKeptOrIsUsedUp() {
        Tensor a = leaf(0);
        Tensor b = leaf(1);
        Tensor y = new ExpMul().apply(a, b)[0].sum();
        y.backward(null, true, false);
        y.backward();
        assertThat(a.grad().toDoubleArray()).containsExactly(2);
        assertThatThrownBy(y::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("an earlier backward pass did not retain the graph");
    }

    @Test
    void aSavedTensorThatWasChangedIsRefused() {
        Tensor x = leaf(1);
        Tensor a = x.mul(1);
        Tensor y = new ExpMul().apply(a, leaf(1))[0].sum();
        a.detach().add_(1);
        assertThatThrownBy(y::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("saved tensor 0 of this function, float64[1], was changed in place");
    }

    /** Sorts the first input; the indices have no gradient, and neither has the copy. Scalars and floats too. */
    private static class Odd extends Function {
        @Override
        protected Tensor[] forward(FunctionContext ctx, Tensor... in) {
            Tensor copy = in[0].clone();
            ctx.markNonDifferentiable(copy);
            ctx.setMaterializeGrads(false);
            return new Tensor[] {in[0], in[0].argsort(), copy, in[0].sum()};
        }

        @Override
        protected Tensor[] backward(FunctionContext ctx, Tensor... g) {
            assertThat(g[0]).isNull();
            assertThat(g[1]).isNull();
            assertThat(g[2]).isNull();
            return new Tensor[] {g[3].expand(3), null};
        }
    }

    @Test
    void outputsMayLackGradientsAndInputsMayBeNull() {
        Tensor a = Tensor.of(new float[] {3, 1, 2}).requiresGrad_(true);
        Tensor[] out = new Odd().apply(a, null);
        assertThat(out[0].toFloatArray()).containsExactly(3, 1, 2);
        assertThat(out[1].requiresGrad()).isFalse();
        assertThat(out[2].requiresGrad()).isFalse();
        assertThat(out[3].dim()).isZero();
        out[3].mul(5).backward();
        assertThat(a.grad().toFloatArray()).containsExactly(5, 5, 5);
    }

    private static Function failing(RuntimeException inForward, RuntimeException inBackward, Tensor... result) {
        return new Function() {
            @Override
            protected Tensor[] forward(FunctionContext ctx, Tensor... in) {
                ctx.saveForBackward(in);
                if (inForward != null) {
                    throw inForward;
                }
                return new Tensor[] {in[0].mul(2)};
            }

            @Override
            protected Tensor[] backward(FunctionContext ctx, Tensor... g) {
                if (inBackward != null) {
                    throw inBackward;
                }
                return result;
            }
        };
    }

    @Test
    void whatItThrowsReachesTheCallerAndWrongResultsAreRefused() {
        Tensor a = leaf(1, 2);
        RuntimeException thrown = new RuntimeException("mine");
        assertThat(catchThrowable(() -> failing(thrown, null).call(a))).isSameAs(thrown);
        assertThat(catchThrowable(() -> failing(null, thrown).call(a).sum().backward()))
                .isSameAs(thrown);
        assertThatThrownBy(
                        () -> failing(null, null, Torch.ones(3)).call(a).sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("float32[3] for input 0, whose shape is [2]");
        assertThatThrownBy(() -> failing(null, null).call(a).sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("returned 0 tensors");
        assertThat(a.grad()).isNull();
    }

    @Test
    void applicationsLeaveNothing() {
        Tensor a = leaf(0.1, 0.2);
        Tensor b = leaf(1, 2);
        long tensors = Scope.unclosedTensors();
        int objects = Upcalls.live();
        for (int i = 0; i < 2000; i++) {
            try (Scope _ = Scope.open()) {
                Tensor loss = i % 2 == 0 ? loss(a, b) : slope(a, b);
                if (i % 3 != 0) {
                    Autograd.grad(loss, a);
                }
            }
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(tensors);
        assertThat(Upcalls.live()).isEqualTo(objects);
    }

    @Test
    void itWorksInACheckpointedBlock() {
        Tensor a = leaf(0.5);
        Tensor b = leaf(2);
        double[] plain = Autograd.grad(loss(a, b), a)[0].toDoubleArray();
        Tensor y = Checkpoint.applyAll(in -> new Tensor[] {loss(in[0], in[1])}, a, b)[0];
        assertThat(Autograd.grad(y, a)[0].toDoubleArray()).isEqualTo(plain);
    }
}

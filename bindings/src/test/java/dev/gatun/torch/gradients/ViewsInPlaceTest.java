package dev.gatun.torch.gradients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.torch.Autograd;
import dev.gatun.torch.DType;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Index;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import dev.gatun.torch.TorchException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * What an in-place op does to a view of a tensor, and to the gradients through that tensor, is what computing it anew
 * without views and without in-place ops gives.
 */
class ViewsInPlaceTest {
    private static Map<String, UnaryOperator<Tensor>> views(long n, long m, long k) {
        Map<String, UnaryOperator<Tensor>> views = new LinkedHashMap<>();
        views.put("view", x -> x.view(k, -1));
        views.put("view_as", x -> x.view_as(Torch.ones(n * m, k)));
        views.put("reshape", x -> x.reshape(m, -1));
        views.put("transpose", x -> x.transpose(0, 2));
        views.put("swapaxes", x -> x.swapaxes(1, 2));
        views.put("permute", x -> x.permute(1, 2, 0));
        views.put("movedim", x -> x.movedim(0, 2));
        views.put("mT", Tensor::mT);
        views.put("select", x -> x.select(1, m - 1));
        views.put("select and t", x -> x.select(0, 0).t());
        views.put("narrow", x -> x.narrow(1, 0, (m + 1) / 2));
        views.put("slice", x -> x.slice(0, 0L, n, 2));
        views.put("get by a position", x -> x.get(n - 1));
        views.put("get by slices", x -> x.get(Index.slice(0, n, 2), Index.from(m - 1)));
        views.put("expand", x -> x.expand(n, m, k));
        views.put("expand_as", x -> x.expand_as(Torch.ones(1, n, m, k)));
        views.put("diagonal", x -> x.diagonal(0, 0, 2));
        views.put("unfold", x -> x.unfold(0, 1, 2));
        views.put("unsqueeze", x -> x.unsqueeze(-1));
        views.put("unsqueeze and squeeze", x -> x.unsqueeze(1).squeeze(1));
        views.put("flatten", x -> x.flatten(1));
        views.put("unflatten", x -> x.unflatten(1, 1, m));
        views.put("as_strided", x -> x.as_strided(new long[] {n, m}, new long[] {m * k, k}, k - 1));
        views.put("tensor_split", x -> x.tensor_split(2, 1)[0]);
        views.put("view_as_real", x -> complex(x).view_as_real());
        views.put("real", x -> complex(x).real());
        views.put("imag", x -> complex(x).imag());
        return views;
    }

    private static Tensor complex(Tensor x) {
        return x.unflatten(2, -1, 2).view_as_complex();
    }

    /** Views that libtorch makes several of at once: their in-place ops are forbidden while gradients are recorded. */
    private static Map<String, UnaryOperator<Tensor>> parts(long n) {
        Map<String, UnaryOperator<Tensor>> parts = new LinkedHashMap<>();
        parts.put("split", x -> x.split(1, 0)[(int) n - 1]);
        parts.put("split_with_sizes", x -> x.split_with_sizes(new long[] {n - 1, 1}, 0)[1]);
        parts.put("chunk", x -> x.chunk(2, 2)[1]);
        parts.put("unbind", x -> x.unbind(2)[0]);
        return parts;
    }

    @Property(tries = 20)
    void anOpOnAViewIsAnOpOnItsBase(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 4) int n,
            @ForAll @IntRange(min = 1, max = 4) int m,
            @ForAll @IntRange(min = 1, max = 2) int half) {
        long[] shape = {n, m, 2 * half};
        views(n, m, 2 * half).forEach((name, view) -> {
            try (Scope _ = Scope.open()) {
                Trial trial = new Trial(view, shape, new Random(seed));
                Tensor[] anew = trial.anew();
                Tensor[] inPlace = trial.inPlace();
                for (int i = 0; i < anew.length; i++) {
                    assertThat(inPlace[i].toDoubleArray())
                            .as(Trial.RESULTS[i] + " after an op on " + name)
                            .containsExactly(anew[i].toDoubleArray(), within(1e-12));
                }
            }
        });
    }

    @Property(tries = 20)
    void anOpOnAPartIsAnOpOnItsBase(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int n, @ForAll @IntRange(min = 1, max = 4) int m) {
        long[] shape = {n, m, 4};
        parts(n).forEach((name, part) -> {
            try (Scope _ = Scope.open()) {
                Trial trial = new Trial(part, shape, new Random(seed));
                assertThatThrownBy(trial::inPlace)
                        .as(name)
                        .isInstanceOf(TorchException.class)
                        .hasMessageContaining("returns multiple views");
                double[] anew = trial.anew()[0].toDoubleArray();
                try (GradMode _ = Torch.noGrad()) {
                    Tensor base = trial.base();
                    trial.change_(part.apply(base));
                    assertThat(base.toDoubleArray()).as(name).containsExactly(anew, within(1e-12));
                }
            }
        });
    }

    /** A view, and a leaf that its base is computed from; the values of the view are changed with a second leaf. */
    private static final class Trial {
        static final String[] RESULTS = {"the base", "the view", "the gradient", "the gradient of the operand"};

        private final UnaryOperator<Tensor> view;
        private final Tensor leaf;
        private final Tensor positions;
        private final Tensor operand;
        private final Tensor weights;

        Trial(UnaryOperator<Tensor> view, long[] shape, Random random) {
            this.view = view;
            leaf = draw(random, shape).requiresGrad_(true);
            Tensor numbers = Torch.arange(leaf.numel()).to(DType.FLOAT64).view(shape);
            positions = view.apply(numbers).to(DType.INT64);
            operand = draw(random, positions.shape()).requiresGrad_(true);
            weights = draw(random, shape);
        }

        private static Tensor draw(Random random, long... shape) {
            int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            return Tensor.of(Domain.ANY.draw(random, count), shape);
        }

        Tensor base() {
            return leaf.mul(0.5);
        }

        void change_(Tensor part) {
            part.mul_(operand).tanh_();
        }

        Tensor[] inPlace() {
            Tensor base = base();
            Tensor part = view.apply(base);
            change_(part);
            return results(base, part);
        }

        Tensor[] anew() {
            Tensor flat = base().flatten();
            Tensor part = flat.take(positions).mul(operand).tanh();
            Tensor base = flat.index_put(new Tensor[] {positions.flatten()}, part.flatten());
            return results(base.view(leaf.shape()), part);
        }

        private Tensor[] results(Tensor base, Tensor part) {
            Tensor loss = base.mul(weights).sum().add(part.square().sum());
            Tensor[] gradients = Autograd.grad(loss, leaf, operand);
            return new Tensor[] {base, part, gradients[0], gradients[1]};
        }
    }
}

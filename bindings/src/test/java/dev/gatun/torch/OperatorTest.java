package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ops by name, compared with the typed methods, and everything a caller can get wrong. */
class OperatorTest {
    private Scope scope;
    private Tensor x;

    @BeforeEach
    void open() {
        scope = Scope.open();
        x = Torch.arange(6, DType.FLOAT32).view(2, 3);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static void assertSame(Tensor actual, Tensor expected) {
        assertThat(actual.dtype()).isEqualTo(expected.dtype());
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.equal(expected)).as("%s is %s", actual, expected).isTrue();
    }

    @Test
    void agreesWithTheTypedMethodsForEveryKindOfArgument() {
        Tensor y = Torch.ones(2, 3);
        assertSame(Torch.call("aten::add.Tensor", x, y).tensor(), x.add(y));
        assertSame(Torch.call("aten::add.Scalar", x, 2.5, 2).tensor(), x.add(Scalar.of(2.5), Scalar.of(2)));
        assertSame(Torch.call("aten::clamp", x, null, 3).tensor(), x.clamp(null, Scalar.of(3)));
        assertSame(Torch.call("aten::sum.dim_IntList", x, List.of(0), true).tensor(), x.sum(new long[] {0}, true));
        assertSame(Torch.call("aten::sum.dim_IntList", x, 1).tensor(), x.sum(new long[] {1}));
        assertSame(Torch.call("aten::sum", x).tensor(), x.sum());
        assertSame(Torch.call("aten::permute", x, new int[] {1, 0}).tensor(), x.permute(1, 0));
        assertSame(Torch.call("aten::_to_copy", x, DType.INT64).tensor(), x.to(DType.INT64));
        assertSame(
                Torch.call("aten::zeros", new long[] {2}, DType.BOOL, Layout.STRIDED, Device.CPU, false)
                        .tensor(),
                Torch.zeros(new long[] {2}, DType.BOOL));
        assertSame(Torch.call("aten::gelu", x, "tanh").tensor(), x.gelu("tanh"));
        assertSame(Torch.call("aten::cat", new Tensor[] {x, y}, 1).tensor(), Torch.cat(new Tensor[] {x, y}, 1));
        assertSame(Torch.call("aten::cat", (Object) new Tensor[] {x, y}).tensor(), Torch.cat(x, y));
        Tensor index = Tensor.of(new long[] {1});
        assertSame(
                Torch.call("aten::index.Tensor", x, Arrays.asList(null, index)).tensor(), x.index(null, index));
        assertSame(
                Torch.call("aten::bernoulli", x.mul(0.1), new Generator(3)).tensor(),
                x.mul(0.1).bernoulli(new Generator(3)));
        assertSame(
                Torch.call("aten::contiguous", x, MemoryFormat.CONTIGUOUS).tensor(),
                x.contiguous(MemoryFormat.CONTIGUOUS));
        assertSame(
                Torch.call("aten::_foreach_add.ScalarList", List.of(x, y), new double[] {1, 2})
                        .tensors()[1],
                y.add(2.0));
    }

    @Test
    void aLoneArrayOfTensorsIsOneArgument() {
        Tensor[] list = {x, x};
        assertSame(Operator.find("aten::stack").call((Object[]) list).tensor(), Torch.stack(list));
    }

    @Test
    void argumentsCanBeNamedAndTheOthersHaveTheirDefaults() {
        Operator add = Operator.find("aten::add.Tensor");
        assertSame(add.call(Map.of("alpha", 2), x, x).tensor(), x.add(x, Scalar.of(2)));
        assertSame(add.call(Map.of("other", x, "self", x)).tensor(), x.add(x));
        Tensor out = Torch.empty(2, 3);
        assertThat(Operator.find("aten::add.out").call(Map.of("out", out), x, x).tensor())
                .isSameAs(out);
        assertSame(out, x.add(x));
    }

    @Test
    void resultsOfEveryKindComeBack() {
        Results several = Torch.call("aten::max.dim", x, 1);
        assertThat(several.size()).isEqualTo(2);
        assertThat(several.tensor(1).toLongArray()).containsExactly(2, 2);
        assertThat(Torch.call("aten::size.int", x, 1).number()).isEqualTo(3L);
        assertThat(Torch.call("aten::item", x.sum()).number()).isEqualTo(15.0);
        assertThat(Torch.call("aten::equal", x, x).bool()).isTrue();
        assertThat(Torch.call("aten::split.Tensor", x, 1).tensors()).hasSize(2);
        assertThat(Torch.call("aten::add_.Tensor", x, x).tensor()).isSameAs(x);
        assertThatThrownBy(several::tensor)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("aten::max.dim returned 2 values, not one: ask by index");
        assertThatThrownBy(() -> several.number(0)).hasMessage("result 0 of aten::max.dim is no Number but Tensor");
    }

    @Test
    void gradientsFlowThroughACallByName() {
        x.requiresGrad_(true);
        Torch.call("aten::mul.Tensor", x, x).tensor().sum().backward();
        assertSame(x.grad(), x.detach().mul(2));
    }

    @Test
    void callsLeaveNothingBehind() {
        long before = Scope.unclosedTensors();
        for (int i = 0; i < 200; i++) {
            try (Scope _ = Scope.open()) {
                Torch.call("aten::cat", List.of(x, x), 1);
                Torch.call("aten::gelu", x, "tanh");
                assertThatThrownBy(() -> Torch.call("aten::mm", x, x)).isInstanceOf(TorchException.class);
            }
        }
        assertThat(Scope.unclosedTensors()).isEqualTo(before);
    }

    private static void assertRefused(String sentence, String op, Object... arguments) {
        assertThatThrownBy(() -> Torch.call(op, arguments))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void aNameThatNoOpHasIsRefused() {
        assertRefused("Torch.loadLibrary", "aten::no_such_op", x);
        assertRefused("there is aten::mm, aten::mm.dtype", "aten::mm.nothing", x, x);
        assertRefused("no_namespace", "no_namespace", x);
        assertRefused("", "", x);
        assertRefused("", "::", x);
        assertRefused("", "aten::", x);
    }

    @Test
    void argumentsThatDoNotFitTheSchemaAreNamed() {
        assertRefused("takes 2 arguments, and 3 were given", "aten::mm", x, x, x);
        assertRefused("misses its argument 'mat2' (Tensor)", "aten::mm", x);
        assertRefused("takes Tensor as its argument 'mat2', not Integer", "aten::mm", x, 2);
        assertRefused("takes Tensor as its argument 'self', not null", "aten::mm", null, x);
        assertRefused("takes int[1]? as its argument 'dim', not String", "aten::sum.dim_IntList", x, "0");
        assertRefused("takes bool as its argument 'keepdim', not Integer", "aten::sum.dim_IntList", x, 0, 1);
        assertRefused("takes Scalar as its argument 'other', not Tensor", "aten::add.Scalar", x, x);
        assertRefused("takes Tensor[] as its argument 'tensors', not null", "aten::cat", Arrays.asList(x, null));
        assertRefused("takes int as its argument 'dim', not Double", "aten::softmax.int", x, 1.0);
        assertThatThrownBy(() -> Operator.find("aten::mm").call(Map.of("beta", 1), x, x))
                .hasMessageContaining("has no argument 'beta'");
        assertThatThrownBy(() -> Operator.find("aten::mm").call(Map.of("self", x), x, x))
                .hasMessageContaining("has no argument 'self' that is not given already");
    }

    @Test
    void whatLibtorchRefusesComesBackWithItsSentence() {
        assertThatThrownBy(() -> Torch.call("aten::mm", x, x))
                .isInstanceOf(TorchException.class)
                .hasMessageStartingWith("aten::mm(float32[2,3], float32[2,3])")
                .hasMessageContaining("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)");
    }
}

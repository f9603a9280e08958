package dev.gatun.torch.gradients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.torch.Autograd;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** An op in place returns the tensor it was called on, with the values and gradients that the op out of place has. */
class InPlacePropertyTest {
    private static final long[] SHAPE = {3, 3};

    @Property(tries = 20)
    void inPlaceIsLikeOutOfPlace(@ForAll long seed) {
        for (InPlaceOps.Case op : InPlaceOps.all()) {
            try (Scope _ = Scope.open()) {
                check(op, new Random(seed));
            }
        }
    }

    @Example
    void manyOpsAreTriedBothWays() throws IOException {
        List<String> names =
                InPlaceOps.all().stream().map(InPlaceOps.Case::name).toList();
        assertThat(names).hasSizeGreaterThanOrEqualTo(60).doesNotHaveDuplicates();
        assertThat(CalledMethods.ofTorchIn(InPlaceOps.class))
                .containsAll(names)
                .containsAll(names.stream().map(name -> name + "_").toList());
    }

    private static void check(InPlaceOps.Case op, Random random) {
        Tensor x = draw(op.domain(), random).requiresGrad_(true);
        Tensor y = draw(op.domain(), random).requiresGrad_(true);
        Tensor weights = draw(Domain.ANY, random);
        Tensor changed = x.mul(1);
        assertThat(op.inPlace().apply(changed, y)).as(op.name()).isSameAs(changed);
        Tensor expected = op.outOfPlace().apply(x, y);
        same(op.name(), changed, expected);

        Tensor[] inputs = {x, y};
        Tensor[] gradients = gradients(changed, weights, inputs);
        Tensor[] expectedGradients = gradients(expected, weights, inputs);
        for (int i = 0; i < inputs.length; i++) {
            same("gradient " + i + " of " + op.name(), gradients[i], expectedGradients[i]);
        }
    }

    private static Tensor draw(Domain domain, Random random) {
        return Tensor.of(domain.draw(random, 9), SHAPE);
    }

    /** Null for an input that the op does not use. */
    private static Tensor[] gradients(Tensor output, Tensor weights, Tensor[] inputs) {
        Tensor loss = output.mul(weights).sum();
        return Autograd.grad(new Tensor[] {loss}, inputs, null, false, false, true);
    }

    private static void same(String what, Tensor actual, Tensor expected) {
        if (expected == null) {
            assertThat(actual).as(what).isNull();
            return;
        }
        assertThat(actual.toDoubleArray()).as(what).containsExactly(expected.toDoubleArray(), within(1e-12));
    }
}

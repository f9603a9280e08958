package dev.gatun.torch.gradients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.torch.Autograd;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** The gradients of many ops, for random inputs in float64, are what finite differences in random directions say. */
class GradientPropertyTest {
    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 1e-6;

    @Property(tries = 15)
    void gradientsAreTheLimitsOfDifferences(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 4) int n,
            @ForAll @IntRange(min = 1, max = 4) int m,
            @ForAll @IntRange(min = 1, max = 3) int k) {
        for (DifferentiableOps.Case op : DifferentiableOps.ofSizes(n, m, k)) {
            try (Scope _ = Scope.open()) {
                check(op, new Random(seed));
            }
        }
    }

    @Example
    void manyOpsAreTried() throws IOException {
        Set<String> names = DifferentiableOps.ofSizes(2, 3, 2).stream()
                .map(DifferentiableOps.Case::opName)
                .collect(Collectors.toSet());
        assertThat(names).hasSizeGreaterThanOrEqualTo(150);
        // A name stands for a call: the compiled tables do call a method of that name.
        Set<String> called = new HashSet<>();
        for (Class<?> table : DifferentiableOps.TABLES) {
            called.addAll(CalledMethods.ofTorchIn(table));
        }
        assertThat(called).containsAll(names);
    }

    private static void check(DifferentiableOps.Case op, Random random) {
        String what = op.name() + " of " + Arrays.deepToString(op.shapes());
        double[][] values = draw(op, op.domain(), random);
        Tensor[] inputs = inputs(op, values);
        for (Tensor input : inputs) {
            input.requiresGrad_(true);
        }
        Tensor output = op.op().of(inputs);
        double[] weights = Domain.ANY.draw(random, (int) output.numel());
        Tensor loss = weighted(output, weights);

        Tensor[] gradients = Autograd.grad(new Tensor[] {loss}, inputs, null, true, false, false);
        loss.backward();
        for (int i = 0; i < inputs.length; i++) {
            double[] gradient = gradients[i].toDoubleArray();
            assertThat(inputs[i].grad().toDoubleArray())
                    .as("backward and Autograd.grad of " + what + ", input " + i)
                    .containsExactly(gradient);
            double[] direction = Domain.ANY.draw(random, gradient.length);
            double expected = slope(op, values, i, direction, weights);
            assertThat(dot(gradient, direction))
                    .as("the gradient of " + what + ", input " + i)
                    .isEqualTo(expected, within(TOLERANCE * (1 + Math.abs(expected))));
        }
    }

    private static double[][] draw(DifferentiableOps.Case op, Domain domain, Random random) {
        return Arrays.stream(op.shapes())
                .map(shape -> domain.draw(random, (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)))
                .toArray(double[][]::new);
    }

    private static Tensor[] inputs(DifferentiableOps.Case op, double[][] values) {
        Tensor[] inputs = new Tensor[values.length];
        for (int i = 0; i < values.length; i++) {
            inputs[i] = Tensor.of(values[i], op.shapes()[i]);
        }
        return inputs;
    }

    /** A number that depends on every element of {@code output} in its own way. */
    private static Tensor weighted(Tensor output, double[] weights) {
        return output.mul(Tensor.of(weights, output.shape().length == 0 ? new long[] {1} : output.shape()))
                .sum();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double slope(
            DifferentiableOps.Case op, double[][] values, int input, double[] direction, double[] weights) {
        double above = value(op, moved(values, input, direction, STEP), weights);
        double below = value(op, moved(values, input, direction, -STEP), weights);
        return (above - below) / (2 * STEP);
    }

    private static double[][] moved(double[][] values, int input, double[] direction, double step) {
        double[][] moved = values.clone();
        moved[input] = values[input].clone();
        for (int j = 0; j < direction.length; j++) {
            moved[input][j] += step * direction[j];
        }
        return moved;
    }

    private static double value(DifferentiableOps.Case op, double[][] values, double[] weights) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            return weighted(op.op().of(inputs(op, values)), weights).item().doubleValue();
        }
    }
}

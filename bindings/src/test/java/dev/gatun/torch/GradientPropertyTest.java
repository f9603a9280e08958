package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;

/** The gradients of many ops, for random inputs in float64, are what finite differences say. */
class GradientPropertyTest {
    private static final double STEP = 1e-5;
    private static final double TOLERANCE = 1e-7;

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
    void manyOpsAreTried() {
        assertThat(DifferentiableOps.ofSizes(2, 3, 2)).hasSizeGreaterThanOrEqualTo(25);
    }

    private static void check(DifferentiableOps.Case op, Random random) {
        double[][] values = new double[op.shapes().length][];
        for (int i = 0; i < values.length; i++) {
            values[i] = op.domain().draw(random, count(op.shapes()[i]));
        }
        Tensor[] inputs = inputs(op, values);
        for (Tensor input : inputs) {
            input.requiresGrad_(true);
        }
        Tensor output = op.op().of(inputs);
        double[] weights = DifferentiableOps.Domain.ANY.draw(random, (int) output.numel());
        Tensor loss = weighted(output, weights);

        Tensor[] gradients = Autograd.grad(new Tensor[] {loss}, inputs, null, true, false, false);
        loss.backward();
        for (int i = 0; i < inputs.length; i++) {
            String what = op.name() + ", input " + i + " of " + Arrays.deepToString(op.shapes());
            double[] expected = differences(op, values, i, weights);
            assertThat(gradients[i].toDoubleArray())
                    .as("Autograd.grad of " + what)
                    .containsExactly(expected, near(expected));
            assertThat(inputs[i].grad().toDoubleArray())
                    .as("backward of " + what)
                    .containsExactly(expected, near(expected));
        }
    }

    private static Offset<Double> near(double[] expected) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        return Offset.offset(TOLERANCE * (1 + largest));
    }

    private static int count(long[] shape) {
        return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
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

    private static double[] differences(DifferentiableOps.Case op, double[][] values, int input, double[] weights) {
        double[] result = new double[values[input].length];
        for (int j = 0; j < result.length; j++) {
            double at = values[input][j];
            values[input][j] = at + STEP;
            double above = value(op, values, weights);
            values[input][j] = at - STEP;
            double below = value(op, values, weights);
            values[input][j] = at;
            result[j] = (above - below) / (2 * STEP);
        }
        return result;
    }

    private static double value(DifferentiableOps.Case op, double[][] values, double[] weights) {
        try (Scope _ = Scope.open();
                GradMode _ = Torch.noGrad()) {
            return weighted(op.op().of(inputs(op, values)), weights).item().doubleValue();
        }
    }
}

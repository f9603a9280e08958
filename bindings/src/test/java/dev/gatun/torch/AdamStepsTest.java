package dev.gatun.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The shim's kernel against libtorch's fused ops. */
class AdamStepsTest {
    /** Sizes around a vector, a line, a thread's share; empty ones; a scalar. */
    private static final long[][] SHAPES = {
        {0}, {1}, {}, {15}, {16}, {33, 3}, {0}, {16383}, {16384}, {16385}, {40_001}, {7, 5, 3}
    };

    private static final AdamSteps.Settings SETTINGS = new AdamSteps.Settings(1e-2, 0.8, 0.99, 0.1, 1e-8);

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
        Torch.manualSeed(3);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Parameters, gradients, moments and steps. */
    private record State(Tensor[] params, Tensor[] grads, Tensor[] expAvgs, Tensor[] expAvgSqs, Tensor[] steps) {
        static State random(DType dtype, long[]... shapes) {
            return new State(
                    all(shapes, shape -> Torch.randn(shape).to(dtype)),
                    all(shapes, shape -> Torch.randn(shape).to(dtype)),
                    all(shapes, shape -> Torch.randn(shape).to(dtype)),
                    all(shapes, shape -> Torch.randn(shape).square().to(dtype)),
                    all(shapes, _ -> Torch.ones().mul(4)));
        }

        State copy() {
            return new State(copy(params), copy(grads), copy(expAvgs), copy(expAvgSqs), copy(steps));
        }

        private static Tensor[] copy(Tensor[] tensors) {
            return IntStream.range(0, tensors.length)
                    .mapToObj(i -> tensors[i].clone())
                    .toArray(Tensor[]::new);
        }

        private static Tensor[] all(long[][] shapes, Function<long[], Tensor> make) {
            return Arrays.stream(shapes).map(make).toArray(Tensor[]::new);
        }

        void step(boolean decoupled) {
            try (GradMode _ = Torch.noGrad()) {
                if (decoupled) {
                    AdamSteps.adamw_(params, grads, expAvgs, expAvgSqs, steps, SETTINGS);
                } else {
                    AdamSteps.adam_(params, grads, expAvgs, expAvgSqs, steps, SETTINGS);
                }
            }
        }

        void libtorchsStep(boolean decoupled) {
            try (GradMode _ = Torch.noGrad()) {
                if (decoupled) {
                    Aten._fused_adamw_(
                            params,
                            grads,
                            expAvgs,
                            expAvgSqs,
                            new Tensor[0],
                            steps,
                            1e-2,
                            0.8,
                            0.99,
                            0.1,
                            1e-8,
                            false,
                            false);
                } else {
                    Aten._fused_adam_(
                            params,
                            grads,
                            expAvgs,
                            expAvgSqs,
                            new Tensor[0],
                            steps,
                            1e-2,
                            0.8,
                            0.99,
                            0.1,
                            1e-8,
                            false,
                            false);
                }
            }
        }

        void isCloseTo(State other) {
            for (int i = 0; i < params.length; i++) {
                assertClose(params[i], other.params[i]);
                assertClose(expAvgs[i], other.expAvgs[i]);
                assertClose(expAvgSqs[i], other.expAvgSqs[i]);
            }
        }

        private static void assertClose(Tensor actual, Tensor expected) {
            assertThat(actual.to(DType.FLOAT32).toFloatArray())
                    .containsExactly(expected.to(DType.FLOAT32).toFloatArray(), within(1e-6f));
        }

        void isEqualTo(State other) {
            for (int i = 0; i < params.length; i++) {
                assertThat(params[i].equal(other.params[i])).isTrue();
                assertThat(expAvgs[i].equal(other.expAvgs[i])).isTrue();
                assertThat(expAvgSqs[i].equal(other.expAvgSqs[i])).isTrue();
            }
        }
    }

    @Test
    void aStepIsLibtorchs() {
        for (boolean decoupled : new boolean[] {false, true}) {
            State ours = State.random(DType.FLOAT32, SHAPES);
            State theirs = ours.copy();
            State before = ours.copy();
            ours.step(decoupled);
            theirs.libtorchsStep(decoupled);
            ours.isCloseTo(theirs);
            assertThat(ours.params[3].equal(before.params[3])).isFalse();
        }
    }

    /** Against the same in float64, by how much libtorch's op in float32 is wrong after a thousand steps. */
    @Test
    void manyStepsAreAsExactAsLibtorchs() {
        long[] shape = {3000};
        for (boolean decoupled : new boolean[] {false, true}) {
            State ours = State.random(DType.FLOAT32, shape);
            List.of(ours.expAvgs[0], ours.expAvgSqs[0], ours.steps[0]).forEach(Tensor::zero_);
            State theirs = ours.copy();
            State exact = new State(
                    doubles(ours.params),
                    doubles(ours.grads),
                    doubles(ours.expAvgs),
                    doubles(ours.expAvgSqs),
                    ours.copy().steps);
            for (int step = 0; step < 1000; step++) {
                try (Scope _ = Scope.open()) {
                    // Of all magnitudes and mostly none, as an embedding's rows have them.
                    Tensor grad = Torch.randn(shape)
                            .mul(Math.pow(10, step % 12 - 9))
                            .mul(Torch.rand(shape).lt(0.1));
                    for (State state : List.of(ours, theirs, exact)) {
                        state.grads[0].copy_(grad);
                        state.steps[0].add_(1);
                    }
                    ours.step(decoupled);
                    theirs.libtorchsStep(decoupled);
                    exact.libtorchsStep(decoupled);
                }
            }
            notFarther(ours.params[0], theirs.params[0], exact.params[0]);
            notFarther(ours.expAvgs[0], theirs.expAvgs[0], exact.expAvgs[0]);
            notFarther(ours.expAvgSqs[0], theirs.expAvgSqs[0], exact.expAvgSqs[0]);
        }
    }

    private static Tensor[] doubles(Tensor[] tensors) {
        return Arrays.stream(tensors).map(tensor -> tensor.to(DType.FLOAT64)).toArray(Tensor[]::new);
    }

    private static void notFarther(Tensor ours, Tensor theirs, Tensor exact) {
        double reference = theirs.sub(exact).abs().max().item().doubleValue();
        assertThat(ours.sub(exact).abs().max().item().doubleValue()).isBetween(0.0, 1.5 * reference);
        assertThat(reference)
                .as("what is measured by")
                .isLessThan(1e-4 * (1 + exact.abs().max().item().doubleValue()));
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        State one = State.random(DType.FLOAT32, SHAPES);
        State three = one.copy();
        int threads = Torch.getNumThreads();
        try {
            Torch.setNumThreads(1);
            one.step(true);
            Torch.setNumThreads(3);
            three.step(true);
        } finally {
            Torch.setNumThreads(threads);
        }
        one.isEqualTo(three);
    }

    @Test
    void otherTypesAndLayoutsTakeLibtorchsOp() {
        for (DType dtype : new DType[] {DType.FLOAT64, DType.BFLOAT16}) {
            State ours = State.random(dtype, SHAPES);
            State theirs = ours.copy();
            ours.step(true);
            theirs.libtorchsStep(true);
            ours.isEqualTo(theirs);
        }
        State ours = State.random(DType.FLOAT32, new long[] {50});
        // As the imaginary part of a conjugate is stored: with the other sign, which libtorch's op does not take.
        ours.grads[0] = Torch.randn(50, 2).view_as_complex().conj().imag();
        assertThatThrownBy(() -> ours.step(true))
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("negation");
    }

    @Test
    void whatAutogradSavedIsKnownToHaveChanged() {
        State state = State.random(DType.FLOAT32, new long[] {8});
        Tensor weight = state.params[0].requiresGrad_(true);
        Tensor loss = weight.square().sum();
        state.step(true);
        assertThatThrownBy(loss::backward)
                .isInstanceOf(TorchException.class)
                .hasMessageContaining("modified by an inplace");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        State state = State.random(DType.FLOAT32, new long[] {8}, new long[] {4});
        assertThatThrownBy(() -> AdamSteps.adam_(
                        state.params,
                        new Tensor[] {state.grads[0]},
                        state.expAvgs,
                        state.expAvgSqs,
                        state.steps,
                        SETTINGS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("each of 2 parameters");
        state.grads[1] = Torch.randn(3);
        assertThatThrownBy(() -> state.step(true)).hasMessageContaining("_fused_adamw_");
    }
}

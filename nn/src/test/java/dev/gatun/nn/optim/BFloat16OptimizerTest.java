package dev.gatun.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.TensorOptions;
import dev.gatun.torch.Torch;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bfloat16 parameters learn what float32 ones do, with copies in the state or with random rounding. */
class BFloat16OptimizerTest {
    private static final int SIZE = 5000;
    private static final double LR = 1e-3;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
        Torch.manualSeed(5);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Parameter narrow(Tensor value) {
        return new Parameter(value.to(DType.BFLOAT16).clone());
    }

    private static void setGrad(Parameter parameter, Tensor gradient) {
        parameter.get().setGrad(gradient.to(parameter.get().dtype()));
    }

    private static float[] values(Tensor tensor) {
        return tensor.detach().to(DType.FLOAT32).toFloatArray();
    }

    /** A gradient that bfloat16 has exactly, so that both see the same one. */
    private static Tensor gradient() {
        return Torch.randn(SIZE).to(DType.BFLOAT16).to(DType.FLOAT32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"adamw", "adam8bit", "adafactor"})
    void withMastersItIsTheFloat32OptimizersStep(String kind) {
        Function<List<Parameter>, Optimizer> made = parameters -> switch (kind) {
            case "adamw" -> new AdamW(parameters, LR, 0.1);
            case "adam8bit" -> new Adam8bit(parameters, LR);
            default -> new Adafactor(List.of(new ParameterGroup(parameters, LR, 0)), Adafactor.Options.FIXED_RATE);
        };
        Tensor start = Torch.randn(SIZE).to(DType.BFLOAT16).to(DType.FLOAT32);
        try (Parameter wide = new Parameter(start.clone());
                Parameter narrow = narrow(start);
                Optimizer expected = made.apply(List.of(wide));
                Optimizer actual = BFloat16Optimizer.withMasters(made.apply(List.of(narrow)))) {
            for (int step = 0; step < 5; step++) {
                Tensor gradient = gradient();
                setGrad(wide, gradient);
                setGrad(narrow, gradient);
                expected.step();
                actual.step();
            }
            assertThat(values(actual.stateOf(narrow).get("master"))).isEqualTo(values(wide.get()));
            assertThat(values(narrow.get())).isEqualTo(values(wide.get().to(DType.BFLOAT16)));
            assertThat(values(narrow.get())).isNotEqualTo(values(start));
            assertThat(actual.stateBytes(narrow)).isEqualTo(expected.stateBytes(wide) + 4 * SIZE);
        }
    }

    /** The next number of bfloat16 above 1 is 1/128 away: steps of 1/2000 vanish unless something keeps or rounds them. */
    @Test
    void smallStepsAreNotLost() {
        double lr = 1.0 / 2000;
        int steps = 100;
        Tensor start = Torch.ones(SIZE);
        try (Parameter lost = narrow(start);
                Parameter kept = narrow(start);
                Parameter rounded = narrow(start);
                Optimizer plain = new AdamW(List.of(lost), lr, 0);
                Optimizer masters = BFloat16Optimizer.withMasters(new AdamW(List.of(kept), lr, 0));
                Optimizer random = BFloat16Optimizer.withStochasticRounding(new AdamW(List.of(rounded), lr, 0))) {
            for (int step = 0; step < steps; step++) {
                for (Parameter parameter : List.of(lost, kept, rounded)) {
                    setGrad(parameter, start.neg()); // Adam's step is lr then
                }
                plain.step();
                masters.step();
                random.step();
            }
            double moved = 1 + steps * lr;
            assertThat(values(lost.get())).containsOnly(1);
            assertThat(mean(kept.get())).isCloseTo(moved, within(1.0 / 256));
            // Each of 5000 numbers is off by one distance at most a step, at random: their mean is not.
            assertThat(mean(rounded.get())).isCloseTo(moved, within(2e-3));
            assertThat(random.stateOf(rounded)).doesNotContainKey("master");
        }
    }

    private static double mean(Tensor tensor) {
        return tensor.detach().to(DType.FLOAT64).mean().item().doubleValue();
    }

    @Test
    void roundingIsUnbiasedAndLeavesWhatBfloat16Has() {
        Tensor exact = Torch.randn(SIZE).to(DType.BFLOAT16).to(DType.FLOAT32);
        assertThat(BFloat16Optimizer.rounded(exact).toFloatArray()).isEqualTo(exact.toFloatArray());
        for (double value : new double[] {1 + 1.0 / 512, -3.001, 1e-20, -7e30}) {
            Tensor many = Torch.full(new long[] {200_000}, value, DType.FLOAT32);
            Tensor rounded = BFloat16Optimizer.rounded(many);
            assertThat(rounded.to(DType.BFLOAT16)
                            .to(DType.FLOAT32)
                            .eq(rounded)
                            .all()
                            .item()
                            .booleanValue())
                    .as("bfloat16 has what it is rounded to")
                    .isTrue();
            assertThat(rounded.min().item().doubleValue() - rounded.max().item().doubleValue())
                    .as("two neighbours")
                    .isBetween(-Math.abs(value) / 127, 0.0);
            assertThat(mean(rounded) / value).isCloseTo(1, within(1.0 / 128 / Math.sqrt(200_000) * 5));
        }
        Tensor odd = Tensor.of(new float[] {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0, -0f});
        assertThat(BFloat16Optimizer.rounded(odd).toFloatArray()).isEqualTo(odd.toFloatArray());
    }

    @Test
    void stateComesBack() {
        Tensor start = Torch.randn(SIZE);
        Tensor first = gradient();
        Tensor second = gradient();
        try (Parameter whole = narrow(start);
                Parameter part = narrow(start);
                Optimizer through = BFloat16Optimizer.withMasters(new AdamW8bit(List.of(whole), LR));
                Optimizer before = BFloat16Optimizer.withMasters(new AdamW8bit(List.of(part), LR));
                Optimizer after = BFloat16Optimizer.withMasters(new AdamW8bit(List.of(part), 1))) {
            setGrad(whole, first);
            setGrad(part, first);
            through.step();
            before.step();
            after.loadState(before.state());
            setGrad(whole, second);
            setGrad(part, second);
            through.step();
            after.step();
            assertThat(values(part.get())).isEqualTo(values(whole.get()));
            assertThat(values(after.stateOf(part).get("master")))
                    .isEqualTo(values(through.stateOf(whole).get("master")));
        }
    }

    @Test
    void otherTypesAreSteppedAsTheyAre() {
        Tensor start = Torch.randn(SIZE);
        try (Parameter plain = new Parameter(start.clone());
                Parameter same = new Parameter(start.clone());
                Optimizer expected = new AdamW(List.of(plain), LR, 0);
                Optimizer actual = BFloat16Optimizer.withStochasticRounding(new AdamW(List.of(same), LR, 0))) {
            setGrad(plain, start);
            setGrad(same, start);
            expected.step();
            actual.step();
            assertThat(values(same.get())).isEqualTo(values(plain.get()));
            assertThat(actual.stateOf(same).keySet())
                    .isEqualTo(expected.stateOf(plain).keySet());
        }
    }

    @Test
    void stateOnTheMetaDeviceIsCountedOnly() {
        try (Parameter meta =
                        new Parameter(Torch.empty(new long[] {SIZE}, TensorOptions.of(DType.BFLOAT16, Device.META)));
                Optimizer optimizer = BFloat16Optimizer.withMasters(new AdamW(List.of(meta), LR, 0))) {
            assertThat(optimizer.stateBytes(meta)).isEqualTo(4 + 3 * 4 * SIZE);
        }
    }
}

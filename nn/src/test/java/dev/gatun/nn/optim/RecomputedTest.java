package dev.gatun.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatun.nn.Golden;
import dev.gatun.nn.Parameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SGD, Adam and Adafactor's first moment against their formulas, in float64. */
class RecomputedTest {
    private static final double LR = 0.05;
    private static final double DECAY = 0.1;

    private static Tensor start() {
        return Torch.arange(12, DType.FLOAT64).sub(5.5).view(3, 4);
    }

    private static Tensor grad(Tensor weight, int step) {
        return weight.mul(step + 1).sin().add(0.1 * step);
    }

    @ParameterizedTest
    @CsvSource({"0, 0, false", "0.9, 0, false", "0.9, 0.3, false", "0.8, 0, true"})
    void sgd(double momentum, double dampening, boolean nesterov) {
        try (Scope _ = Scope.open();
                Parameter parameter = new Parameter(start());
                SGD optimizer = new SGD(
                        List.of(new ParameterGroup(List.of(parameter), LR, DECAY)), momentum, dampening, nesterov)) {
            Tensor weight = start();
            Tensor buffer = null;
            for (int step = 0; step < 6; step++) {
                Tensor raw = grad(weight, step);
                parameter.get().setGrad(raw.clone());
                optimizer.step();
                Tensor direction = raw.add(weight.mul(DECAY));
                if (momentum != 0) {
                    buffer = buffer == null ? direction : buffer.mul(momentum).add(direction.mul(1 - dampening));
                    direction = nesterov ? direction.add(buffer.mul(momentum)) : buffer;
                }
                weight = weight.sub(direction.mul(LR));
                assertThat(Golden.relativeError(parameter.get(), weight)).isLessThan(1e-14);
            }
            assertThat(optimizer.stateOf(parameter)).hasSize(momentum == 0 ? 0 : 1);
        }
    }

    @Test
    void adamAddsWeightDecayToTheGradient() {
        try (Scope _ = Scope.open();
                Parameter parameter = new Parameter(start());
                Adam optimizer = new Adam(List.of(parameter), LR, DECAY)) {
            Tensor weight = start();
            Tensor first = weight.zeros_like();
            Tensor second = weight.zeros_like();
            for (int step = 1; step <= 6; step++) {
                Tensor raw = grad(weight, step);
                parameter.get().setGrad(raw.clone());
                optimizer.step();
                Tensor all = raw.add(weight.mul(DECAY));
                first = first.mul(0.9).add(all.mul(1 - 0.9));
                second = second.mul(0.999).add(all.square().mul(1 - 0.999));
                Tensor root = second.div(1 - Math.pow(0.999, step)).sqrt().add(1e-8);
                weight = weight.sub(first.div(1 - Math.pow(0.9, step)).div(root).mul(LR));
                assertThat(Golden.relativeError(parameter.get(), weight)).isLessThan(1e-12);
            }
        }
    }

    /** Half precision is worked on in float32 and rounded once. */
    @Test
    void adafactorRoundsHalfPrecisionOnce() {
        try (Scope _ = Scope.open();
                Parameter half = new Parameter(start().to(DType.BFLOAT16));
                Parameter full = new Parameter(half.get().detach().to(DType.FLOAT32));
                Adafactor ofHalf = new Adafactor(List.of(half), LR);
                Adafactor ofFull = new Adafactor(List.of(full), LR)) {
            Tensor gradient = grad(start(), 1).to(DType.BFLOAT16);
            half.get().setGrad(gradient);
            full.get().setGrad(gradient.to(DType.FLOAT32));
            ofHalf.step();
            ofFull.step();
            assertThat(half.get().equal(full.get().to(DType.BFLOAT16))).isTrue();
            assertThat(ofHalf.stateOf(half).get("exp_avg_sq_row").dtype()).isEqualTo(DType.FLOAT32);
        }
    }

    /** With a first moment, the weights move by the averaged update: after one step, by 1 - beta1 of it. */
    @Test
    void adafactorAveragesItsUpdates() {
        Adafactor.Options averaged = new Adafactor.Options(1e-30, 1e-3, 1.0, -0.8, 0.9, false, false, false);
        try (Scope _ = Scope.open();
                Parameter plain = new Parameter(start());
                Parameter slow = new Parameter(start());
                Adafactor ofPlain = new Adafactor(List.of(plain), LR);
                Adafactor ofSlow = new Adafactor(List.of(new ParameterGroup(List.of(slow), LR, 0)), averaged)) {
            plain.get().setGrad(grad(start(), 1));
            slow.get().setGrad(grad(start(), 1));
            ofPlain.step();
            ofSlow.step();
            Tensor tenth = plain.get().detach().sub(start()).mul(0.1);
            assertThat(Golden.relativeError(slow.get().detach().sub(start()), tenth))
                    .isLessThan(1e-6);
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        List<ParameterGroup> none = List.of();
        assertThatThrownBy(() -> new Adam(none, 1, 0.9, 1e-8)).hasMessageContaining("betas lie in [0, 1)");
        assertThatThrownBy(() -> new ParameterGroup(List.of(), -1, 0)).hasMessageContaining("not negative");
        assertThatThrownBy(() -> new SGD(none, 0, 0, true)).hasMessageContaining("Nesterov");
        assertThatThrownBy(() -> new Adafactor.Options(0, 0, 1, -0.8, null, true, false, true))
                .hasMessageContaining("relativeStep");
        assertThatThrownBy(() -> Adam8bit.Options.DEFAULTS.withBlockSize(0)).hasMessageContaining("1 to 4096");
        try (Parameter parameter = new Parameter(Torch.zeros(2).unscoped())) {
            assertThatThrownBy(() -> new SGD(List.of(parameter, parameter), 0.1, 0))
                    .hasMessageContaining("twice");
        }
    }
}

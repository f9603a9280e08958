package dev.gatun.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.nn.Parameter;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GradScalerTest {
    private static final GradScaler.Options QUICK = new GradScaler.Options(1024, 2, 0.5, 3);

    /** float16 underflows without the scale: the gradient 1e-8 is 0 there. */
    @Test
    void aScaledGradientSurvivesFloat16() {
        try (Scope _ = Scope.open();
                Parameter parameter = new Parameter(Torch.ones(4).to(DType.FLOAT16));
                SGD optimizer = new SGD(List.of(parameter), 1e4, 0)) {
            GradScaler scaler = new GradScaler();
            scaler.scale(parameter.get().to(DType.FLOAT32).sum().mul(1e-8)).backward();
            assertThat(parameter.grad().to(DType.FLOAT32).toFloatArray()[0]).isBetween(6.5e-4f, 6.6e-4f);
            assertThat(scaler.step(optimizer)).isTrue();
            optimizer.zeroGrad();
            parameter.get().to(DType.FLOAT32).sum().mul(1e-8).backward();
            assertThat(parameter.grad().to(DType.FLOAT32).toFloatArray()[0]).isZero();
        }
    }

    @Test
    void aSkippedStepLeavesEverythingUntouched() {
        try (Scope _ = Scope.open();
                Parameter parameter = new Parameter(Torch.ones(5000));
                Adam8bit optimizer = new Adam8bit(List.of(parameter), 0.1)) {
            LinearSchedule schedule = new LinearSchedule(optimizer, 0, 10);
            GradScaler scaler = new GradScaler(QUICK);
            parameter.get().setGrad(Torch.ones(5000));
            assertThat(train(scaler, optimizer, schedule)).isTrue();
            Tensor weights = parameter.get().detach().clone();
            Tensor state = optimizer.stateOf(parameter).get("state1").clone();
            Tensor bad = Torch.ones(5000);
            bad.select(0, 4321).fill_(Double.POSITIVE_INFINITY);
            parameter.get().setGrad(bad);
            assertThat(train(scaler, optimizer, schedule)).isFalse();
            assertThat(parameter.get().equal(weights)).isTrue();
            assertThat(optimizer.stateOf(parameter).get("state1").equal(state)).isTrue();
            assertThat(optimizer.stateOf(parameter).get("step").item().longValue())
                    .isEqualTo(1);
            assertThat(schedule.stepCount()).isEqualTo(1);
            assertThat(optimizer.groups().getFirst().lr()).isCloseTo(0.09, within(1e-15));
        }
    }

    private static boolean train(GradScaler scaler, Optimizer optimizer, Schedule schedule) {
        boolean made = scaler.step(optimizer);
        if (made) {
            schedule.step();
        }
        scaler.update();
        return made;
    }

    @Test
    void theScaleGrowsAfterGoodStepsAndFallsAfterASkippedOne() {
        try (Scope _ = Scope.open();
                Parameter parameter = new Parameter(Torch.ones(2));
                SGD optimizer = new SGD(List.of(parameter), 0.1, 0)) {
            GradScaler scaler = new GradScaler(QUICK);
            double[] expected = {1024, 1024, 2048, 1024, 1024, 1024, 2048};
            for (int step = 0; step < expected.length; step++) {
                parameter.get().setGrad(Torch.full(new long[] {2}, step == 3 ? Double.NaN : 1, DType.FLOAT32));
                assertThat(scaler.step(optimizer)).isEqualTo(step != 3);
                scaler.update();
                assertThat(scaler.getScale()).isEqualTo(expected[step]);
            }
        }
    }

    @Test
    void unscalingComesOnceAndBeforeClipping() {
        try (Scope _ = Scope.open();
                Parameter parameter = new Parameter(Torch.ones(2));
                SGD optimizer = new SGD(List.of(parameter), 1, 0)) {
            GradScaler scaler = new GradScaler(QUICK);
            scaler.scale(parameter.get().sum().mul(3)).backward();
            scaler.unscale_(optimizer);
            assertThat(parameter.grad().toFloatArray()).containsExactly(3, 3);
            assertThatThrownBy(() -> scaler.unscale_(optimizer))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("update()");
            assertThat(scaler.step(optimizer)).isTrue();
            assertThat(parameter.get().toFloatArray()).containsExactly(-2, -2);
            assertThatThrownBy(() -> scaler.step(optimizer)).isInstanceOf(IllegalStateException.class);
            scaler.update();
            assertThatThrownBy(scaler::update)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("step(optimizer)");
        }
    }

    @Test
    void itsStateIsSaved() {
        try (Scope _ = Scope.open();
                Parameter parameter = new Parameter(Torch.ones(2));
                SGD optimizer = new SGD(List.of(parameter), 0.1, 0)) {
            GradScaler scaler = new GradScaler(QUICK);
            GradScaler other = new GradScaler(QUICK);
            parameter.get().setGrad(Torch.ones(2));
            for (int step = 0; step < 5; step++) {
                scaler.step(optimizer);
                scaler.update();
            }
            other.loadState(scaler.state());
            assertThat(other.getScale()).isEqualTo(2048);
            other.step(optimizer);
            other.update();
            assertThat(other.getScale()).isEqualTo(4096);
            assertThatThrownBy(() -> other.loadState(Map.of("group.0.lr", "1")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("scaler.scale");
        }
    }
}

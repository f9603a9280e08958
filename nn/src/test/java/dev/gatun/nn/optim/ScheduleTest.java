package dev.gatun.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final double LR = 0.003;

    private static Optimizer optimizer() {
        return new SGD(List.of(new ParameterGroup(List.of(), LR, 0)), 0, 0, false);
    }

    private static double[] rates(Function<Optimizer, Schedule> make, int steps) {
        Optimizer optimizer = optimizer();
        Schedule schedule = make.apply(optimizer);
        double[] rates = new double[steps];
        for (int i = 0; i < steps; i++) {
            rates[i] = optimizer.groups().getFirst().lr();
            schedule.step();
        }
        return rates;
    }

    @Test
    void eachWarmsUpAndThenFalls() {
        assertThat(rates(o -> new ConstantSchedule(o, 0), 3)).containsExactly(LR, LR, LR);
        assertThat(rates(o -> new ConstantSchedule(o, 2), 4)).containsExactly(0, LR / 2, LR, LR);
        assertThat(rates(o -> new CosineSchedule(o, 2, 6), 8))
                .containsExactly(
                        new double[] {
                            0,
                            LR / 2,
                            LR,
                            LR * (2 + Math.sqrt(2)) / 4,
                            LR / 2,
                            LR * (2 - Math.sqrt(2)) / 4,
                            0,
                            LR * (2 - Math.sqrt(2)) / 4
                        },
                        within(1e-15));
        double[] inverse = rates(o -> new InverseSqrtSchedule(o, 4), 17);
        assertThat(inverse[4]).isEqualTo(LR);
        assertThat(inverse[16]).isEqualTo(LR / 2);
        assertThat(new InverseSqrtSchedule(optimizer(), 0).factor(30_000)).isEqualTo(0.5);
    }

    @Test
    void impossibleStepsAreRefused() {
        assertThatThrownBy(() -> new ConstantSchedule(optimizer(), -1)).hasMessageContaining("-1 steps of warm-up");
        assertThatThrownBy(() -> new CosineSchedule(optimizer(), 5, 4)).hasMessageContaining("a schedule of 4 steps");
        assertThatThrownBy(() -> new InverseSqrtSchedule(optimizer(), 5, 0)).hasMessageContaining("timescale");
    }
}

package dev.gatun.hart.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.data.Batch;
import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.train.Objective;
import dev.gatun.nn.optim.AdamW8bit;
import dev.gatun.nn.optim.GradScaler;
import dev.gatun.nn.optim.LinearSchedule;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** float16's loss scaling with a consistency loss: a step whose gradients overflow is as if its batch had never been. */
class SkippedStepTest {
    private static final int STEPS = 5;
    private static final int OVERFLOW_BEFORE = 3;
    private static final RunConfig CONFIG =
            TinySystems.config(SystemKind.HART, "cst.alpha=1", "model.dropout=0", "train.batch=" + TinySystems.BATCH);

    @Test
    void leavesOptimizerScheduleAndConsistencyBufferUntouched() {
        Map<String, float[]> expected = train(false);
        Map<String, float[]> actual = train(true);
        assertThat(expected).containsKey("consistency.previous");
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> assertThat(actual.get(name)).as(name).isEqualTo(values));
    }

    /** What a training comes to: parameters, the states for the next step, the optimizer's state. */
    private static Map<String, float[]> train(boolean overflows) {
        try (TaskSystem system = TinySystems.make(CONFIG, 0);
                Objective objective = system.objective(CONFIG.train());
                AdamW8bit optimizer = new AdamW8bit(objective.trained().parameters(), 1e-2)) {
            LinearSchedule schedule = new LinearSchedule(optimizer, 0, 2 * STEPS);
            GradScaler scaler = new GradScaler(new GradScaler.Options(1024, 2, 0.5, 100));
            for (int step = 0; step < STEPS; step++) {
                if (overflows && step == OVERFLOW_BEFORE) {
                    backward(objective, scaler, 4711);
                    objective.trained().parameters().getLast().grad().fill_(Double.POSITIVE_INFINITY);
                    assertThat(made(objective, optimizer, schedule, scaler)).isFalse();
                    assertThat(scaler.getScale()).isEqualTo(512);
                }
                backward(objective, scaler, step);
                assertThat(made(objective, optimizer, schedule, scaler)).isTrue();
            }
            assertThat(schedule.stepCount()).isEqualTo(STEPS);
            Map<String, float[]> all = new LinkedHashMap<>(TinySystems.values(objective.trained()));
            try (Scope _ = Scope.open()) {
                objective.buffers().forEach((name, tensor) -> all.put(name, tensor.toFloatArray()));
                optimizer.state().tensors().forEach((name, tensor) -> all.put("optimizer." + name, numbers(tensor)));
            }
            return all;
        }
    }

    private static float[] numbers(Tensor tensor) {
        return tensor.to(DType.FLOAT32).toFloatArray();
    }

    private static void backward(Objective objective, GradScaler scaler, long seed) {
        try (Scope _ = Scope.open()) {
            Batch batch = TinySystems.batch(CONFIG, seed);
            scaler.scale(objective.share(batch, 0, batch.targetTokens()).total())
                    .backward();
        }
    }

    /** As a training loop has it: what counts steps counts those that were made. */
    private static boolean made(Objective objective, AdamW8bit optimizer, LinearSchedule schedule, GradScaler scaler) {
        boolean made = scaler.step(optimizer);
        if (made) {
            schedule.step();
            objective.stepped();
        }
        scaler.update();
        optimizer.zeroGrad();
        return made;
    }
}

package dev.gatun.hart.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.hart.config.RunConfig;
import dev.gatun.hart.config.SystemKind;
import dev.gatun.hart.train.Metrics;
import dev.gatun.hart.train.Objective;
import dev.gatun.hart.train.RunFolder;
import dev.gatun.hart.train.StageNames;
import dev.gatun.hart.train.StopsAt;
import dev.gatun.hart.train.Trainer;
import dev.gatun.hart.train.World;
import dev.gatun.torch.GradMode;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a run trains, stopped and resumed it comes to the bits of one that nobody disturbed. */
class SystemResumeTest {
    private static final int STEPS = 5;
    private static final int STOP = 2;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("dev.gatun.hart.system.SystemsTest#trained")
    void goesOnToTheSameBits(SystemKind kind) throws IOException {
        Path whole = folder.resolve("whole");
        Path run = folder.resolve("run");
        Map<String, float[]> expected = train(whole, kind, STEPS, false);
        Map<String, float[]> half = train(run, kind, STOP, false);
        assertThat(metrics(run)).hasSize(STOP);
        Map<String, float[]> resumed = train(run, kind, STEPS, true);
        assertThat(metrics(run)).hasSize(STEPS).isEqualTo(metrics(whole));
        assertThat(resumed.keySet()).isEqualTo(expected.keySet());
        expected.forEach((name, values) -> {
            assertThat(resumed.get(name)).as(name).isEqualTo(values);
            assertThat(half.get(name)).as(name).isNotEqualTo(values);
        });
    }

    private static List<String> metrics(Path run) throws IOException {
        return Metrics.withoutTimes(run.resolve("metrics.jsonl"));
    }

    /** Trains until {@code stopAt} steps are done; returns what is trained, as it is then. */
    private static Map<String, float[]> train(Path where, SystemKind kind, int stopAt, boolean resume) {
        RunConfig config = TinySystems.config(
                kind,
                "threads=1",
                "model.dropout=0.1",
                "train.steps=" + STEPS,
                "train.warmup=1",
                "train.lr=1e-2",
                "checkpoint.every=1000000");
        try (RunFolder run = resume ? RunFolder.open(where, config) : RunFolder.create(where, config);
                TaskSystem system = TinySystems.make(config, 0);
                Objective objective = system.objective(config.train())) {
            if (resume) {
                // All that follows must come from the checkpoint.
                Torch.manualSeed(4711);
                try (GradMode _ = Torch.noGrad()) {
                    objective.trained().parameters().forEach(p -> p.get().mul_(3.0));
                }
            }
            boolean finished = new Trainer(
                            run, config, StageNames.TRAIN, config.train(), World.ALONE, new StopsAt(stopAt))
                    .run(
                            objective,
                            (step, slots) -> Trainer.cut(List.of(TinySystems.batch(config, 1000 + step)), slots));
            assertThat(finished).isEqualTo(stopAt == STEPS);
            return TinySystems.values(objective.trained());
        }
    }
}

package dev.gatun.hart.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.data.Batch;
import dev.gatun.hart.Golden;
import dev.gatun.nn.Module;
import dev.gatun.torch.Device;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A step's gradients do not depend on how its batch is cut, nor on how many workers compute it. */
class GradientWorkersTest {
    private static final int STEPS = 2; // the second has a consistency loss

    /** Losses and gradients of the last of {@link #STEPS} steps, none of which changes the parameters. */
    private record Outcome(Losses losses, Map<String, Tensor> gradients) {
        static Outcome of(int parts, int threads) {
            try (TinyTraining training = new TinyTraining(0);
                    GradientWorkers workers = new GradientWorkers(training.objective, parts, threads, false)) {
                assertThat(workers.workers()).isEqualTo(Math.min(parts, threads));
                Losses losses = null;
                Map<String, Tensor> gradients = new LinkedHashMap<>();
                for (int step = 0; step < STEPS; step++) {
                    losses = compute(workers, cut(step, parts));
                    training.objective.stepped();
                    gradients.clear();
                    training.hyper.namedParameters().forEach((name, parameter) -> {
                        if (parameter.grad() != null) {
                            gradients.put(name, parameter.grad().clone());
                        }
                    });
                    training.hyper.zeroGrad();
                }
                return new Outcome(losses, gradients);
            }
        }
    }

    private static Losses compute(GradientWorkers workers, List<Batch> batches) {
        try (Placement placement = new Placement(Device.CPU);
                Scope _ = Scope.open()) {
            Tensor losses = workers.compute(
                    placement.place(batches).microBatches(),
                    new StepParts(TinyTraining.BATCH, batches.size()).microBatches(0, 1),
                    batches.stream().mapToLong(Batch::targetTokens).sum());
            return Losses.of(losses.toDoubleArray());
        }
    }

    private static List<Batch> cut(int step, int parts) {
        List<Batch> batches = new ArrayList<>();
        int rows = TinyTraining.BATCH / parts;
        for (int i = 0; i < parts; i++) {
            batches.add(TinyTraining.batch(step, i * rows, rows));
        }
        return batches;
    }

    @Test
    void accumulationDoesNotChangeTheStep() {
        try (Scope _ = Scope.open()) {
            Outcome whole = Outcome.of(1, 1);
            assertThat(whole.losses().cst()).isPositive();
            assertThat(whole.losses().total())
                    .isCloseTo(whole.losses().pred() + 10 * whole.losses().cst(), within(1e-5));
            for (int parts : new int[] {2, 4}) {
                Outcome cut = Outcome.of(parts, 1);
                assertThat(cut.losses().pred()).isCloseTo(whole.losses().pred(), within(1e-5));
                assertThat(cut.losses().cst()).isCloseTo(whole.losses().cst(), within(1e-5));
                assertThat(cut.losses().total()).isCloseTo(whole.losses().total(), within(1e-5));
                assertThat(cut.gradients().keySet()).isEqualTo(whole.gradients().keySet());
                cut.gradients()
                        .forEach((name, gradient) -> assertThat(Golden.relativeError(
                                        gradient, whole.gradients().get(name)))
                                .as(name)
                                .isLessThan(1e-4));
            }
        }
    }

    @Test
    void workersGiveTheSameBits() {
        try (Scope _ = Scope.open()) {
            Outcome one = Outcome.of(4, 1);
            Outcome two = Outcome.of(4, 2);
            assertThat(two.losses()).isEqualTo(one.losses());
            assertThat(two.gradients()).isNotEmpty().hasSameSizeAs(one.gradients());
            two.gradients()
                    .forEach((name, gradient) -> assertThat(gradient.toFloatArray())
                            .as(name)
                            .isEqualTo(one.gradients().get(name).toFloatArray()));
        }
    }

    @Test
    void addingUpLeavesNoTensorBehind() {
        try (TinyTraining training = new TinyTraining(0);
                GradientWorkers workers = new GradientWorkers(training.objective, 4, 2, false)) {
            List<Long> live = new ArrayList<>();
            for (int step = 0; step < 4; step++) {
                compute(workers, cut(step, 4));
                training.objective.stepped();
                training.hyper.zeroGrad();
                live.add(Scope.unclosedTensors());
            }
            assertThat(live).containsOnly(live.getFirst());
        }
    }

    @Test
    void withDropoutThereIsOneWorker() {
        try (TinyTraining training = new TinyTraining(0.1);
                GradientWorkers workers = new GradientWorkers(training.objective, 4, 2, true)) {
            assertThat(workers.workers()).isEqualTo(1);
        }
    }

    /** What goes wrong in a worker arrives as it is, and so names its cause to the user. */
    @Test
    void aFailureInAWorkerIsTheCallersFailure() {
        try (TinyTraining training = new TinyTraining(0);
                Objective failing = new Objective() {
                    @Override
                    public Share share(DeviceBatch batch, int firstSlot, long targetTokens) {
                        throw new RunException("no share today");
                    }

                    @Override
                    public Module trained() {
                        return training.hyper;
                    }
                };
                GradientWorkers workers = new GradientWorkers(failing, 2, 2, false)) {
            assertThatThrownBy(() -> compute(workers, cut(0, 2)))
                    .isInstanceOf(RunException.class)
                    .hasMessage("no share today");
        }
    }
}

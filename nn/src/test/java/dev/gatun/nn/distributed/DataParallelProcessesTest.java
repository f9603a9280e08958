package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.torch.Scope;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real processes on Gloo against one process. */
class DataParallelProcessesTest {
    private static final Duration LIMIT = Duration.ofSeconds(110);

    /** In all ways with two, in every stage with four. */
    @ParameterizedTest
    @CsvSource({"2, 0", "4, 4"})
    void processesTrainAsOneDoes(int count, int firstWay, @TempDir Path folder) {
        try (Ranks ranks = Ranks.start(count, T5TrainingMain.class, folder, firstWay)) {
            Map<T5Training, T5Training.Result> alone = new HashMap<>();
            for (T5Training way : T5TrainingMain.WAYS) {
                alone.computeIfAbsent(way.alone(), it -> {
                    try (ProcessGroup group = ProcessGroups.single()) {
                        return it.run(group);
                    }
                });
            }
            ranks.succeed(LIMIT);
            for (int i = firstWay; i < T5TrainingMain.WAYS.size(); i++) {
                T5Training way = T5TrainingMain.WAYS.get(i);
                compare(folder, i, count, way, alone.get(way.alone()));
            }
        }
    }

    private static void compare(Path folder, int number, int count, T5Training way, T5Training.Result expected) {
        try (Scope _ = Scope.open()) {
            float[] first = null;
            for (int rank = 0; rank < count; rank++) {
                try (SafeTensorsFile file = new SafeTensorsFile(folder.resolve(number + "-" + rank))) {
                    double[] losses = file.load("losses").toDoubleArray();
                    float[] parameters = file.load("parameters").toFloatArray();
                    first = first == null ? parameters : first;
                    assertThat(parameters)
                            .as("rank %d as rank 0, %s", rank, way)
                            .isEqualTo(first);
                    double loss = 0;
                    for (int step = 0; step < T5Training.STEPS; step++) {
                        loss = Math.max(loss, Math.abs(losses[step] / expected.losses()[step] - 1));
                    }
                    check(way, count, rank, loss, parameters, expected.parameters(), file.metadata());
                }
            }
        }
    }

    /** The loss to 1e-6 and parameters to 1e-5; with 8-bit state a rounded code more or less moves a parameter by lr/10. */
    private static void check(
            T5Training way,
            int count,
            int rank,
            double loss,
            float[] parameters,
            float[] expected,
            Map<String, String> metadata) {
        double largest = 0;
        int within = 0;
        for (int i = 0; i < parameters.length; i++) {
            double off = Math.abs(parameters[i] - expected[i]);
            largest = Math.max(largest, off);
            within += off <= 1e-5 ? 1 : 0;
        }
        if (rank == 0) {
            System.out.printf(
                    "%d processes, %s: loss within %.1e, parameters within %.1e, %.4f %% of them within 1e-5; %s%n",
                    count, way, loss, largest, 100.0 * within / parameters.length, metadata.get("memory"));
        }
        if (way.bfloat16()) {
            assertThat(loss).isBetween(1e-9, 0.02);
        } else if (way.eightBit()) {
            assertThat(loss).isLessThan(1e-5);
            assertThat(largest).isLessThanOrEqualTo(3e-4);
            assertThat((double) within / parameters.length).isGreaterThan(0.99);
        } else {
            assertThat(loss).isLessThanOrEqualTo(1e-6);
            assertThat(largest).isLessThanOrEqualTo(1e-5);
        }
    }
}

package dev.gatun.apps.example;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A short slice of the example: it learns, and it does the same each time. */
class ExampleTest {
    private static final int TASKS = 12;

    private record Run(double firstLoss, double lastLoss, double accuracy) {}

    private static Run run(TextData data, long seed) {
        try (TextTraining training = new TextTraining(data, seed)) {
            double first = training.epoch();
            training.epoch();
            double last = training.epoch();
            return new Run(first, last, training.accuracy());
        }
    }

    @Test
    void learnsFromFewTasksAndIsTheSameEachTime() {
        TextData data = TextData.read(TASKS);
        assertThat(data.train()).hasSize(TASKS * 48);
        assertThat(data.heldOut()).hasSizeBetween(TASKS * 8, TASKS * 12);
        Run run = run(data, 7);
        assertThat(run.lastLoss()).isLessThan(0.6 * run.firstLoss());
        assertThat(run.accuracy()).isGreaterThan(data.mostFrequent() + 0.2);
        assertThat(run(data, 7)).isEqualTo(run);
        assertThat(run(data, 8)).isNotEqualTo(run);
    }
}

package dev.gatun.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
    @Test
    void aConstantDifferenceHasNoWidth() {
        PairedDifference d = PairedDifference.of(Map.of("a", 3.0, "b", 5.0), Map.of("a", 1.0, "b", 3.0), 1);
        assertThat(d).isEqualTo(new PairedDifference(2, 2, 2, 2));
    }

    @Test
    void theIntervalIsThatOfNormalTheory() {
        Random random = new Random(0);
        Map<String, Double> right = new HashMap<>();
        Map<String, Double> wrong = new HashMap<>();
        double sum = 0;
        double squares = 0;
        int n = 400;
        for (int i = 0; i < n; i++) {
            double difference = 1 + 2 * random.nextGaussian();
            double level = 50 * random.nextDouble(); // common to both, hence without influence
            right.put("task" + i, level + difference);
            wrong.put("task" + i, level);
            sum += difference;
            squares += difference * difference;
        }
        double mean = sum / n;
        double error = Math.sqrt((squares / n - mean * mean) / n);
        PairedDifference d = PairedDifference.of(right, wrong, 7);
        assertThat(d.mean()).isCloseTo(mean, within(1e-9));
        assertThat(d.low()).isCloseTo(mean - 1.96 * error, within(0.1 * error));
        assertThat(d.high()).isCloseTo(mean + 1.96 * error, within(0.1 * error));
        assertThat(d.tasks()).isEqualTo(n);
    }

    @Test
    void dependsOnTheSeedButNotOnTheMapsOrder() {
        Map<String, Double> right = new LinkedHashMap<>();
        Map<String, Double> reversed = new LinkedHashMap<>();
        Map<String, Double> wrong = new HashMap<>();
        for (int i = 0; i < 9; i++) {
            right.put("t" + i, (double) i * i);
            reversed.put("t" + (8 - i), (double) (8 - i) * (8 - i));
            wrong.put("t" + i, 0.0);
        }
        assertThat(PairedDifference.of(right, wrong, 3)).isEqualTo(PairedDifference.of(reversed, wrong, 3));
        assertThat(PairedDifference.of(right, wrong, 3)).isNotEqualTo(PairedDifference.of(right, wrong, 4));
    }

    @Test
    void refusesTasksThatDiffer() {
        assertThatThrownBy(() -> PairedDifference.of(Map.of("a", 1.0), Map.of("b", 1.0), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("on one side only: a");
        assertThatThrownBy(() -> PairedDifference.of(Map.of(), Map.of(), 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

package dev.gatun.hart.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Intervals and roughness, against values worked out by hand. */
class StatisticsTest {
    @Test
    void studentsIntervalOfThreeSeeds() {
        Interval interval = Statistics.overSeeds(new double[] {1, 2, 3});
        assertThat(interval.mean()).isEqualTo(2);
        assertThat(interval.high() - 2).isCloseTo(4.303 / Math.sqrt(3), within(1e-3)); // standard deviation 1
        assertThat(interval.low() + interval.high()).isCloseTo(4, within(1e-12));
        assertThat(Statistics.overSeeds(new double[] {5}).low()).isEqualTo(Double.NEGATIVE_INFINITY);
    }

    @Test
    void seedsThatWouldDecide() {
        assertThat(new Interval(1, -1, 3).seedsToDecide(3)).hasValue(12); // twice as narrow takes four times as many
        assertThat(new Interval(1, 0.5, 1.5).seedsToDecide(3)).isEmpty();
        assertThat(Statistics.overSeeds(new double[] {5}).seedsToDecide(1)).isEmpty();
    }

    @Test
    void bootstrapIsAboutAsWideAsTheSpreadOfItsParts() {
        Random random = new Random(3);
        double[][] values = new double[3][48];
        for (double[] row : values) {
            Arrays.setAll(row, _ -> random.nextGaussian());
        }
        Interval interval = Statistics.overSeedsAndTasks(values);
        double half = (interval.high() - interval.low()) / 2;
        // Independent values: the error of the mean is 1 / sqrt(144), and drawing seeds and tasks apart widens it.
        assertThat(half).isBetween(1.96 / 12, 2.2 * 1.96 / 12);
        assertThat(interval.mean()).isBetween(interval.low(), interval.high());
        Interval equal = Statistics.overSeedsAndTasks(new double[][] {{0.5, 0.5}, {0.5, 0.5}});
        assertThat(equal.low()).isEqualTo(0.5);
        assertThat(equal.high()).isEqualTo(0.5);
    }

    @Test
    void aStraightFallIsNoVarianceAndOneJumpIsOneSpike() {
        double[] curve = new double[200];
        Random random = new Random(1);
        Arrays.setAll(curve, i -> 3 - 0.01 * i);
        double[] inner = Arrays.copyOfRange(Statistics.detrended(curve), 20, 180);
        assertThat(Arrays.stream(inner)).allMatch(v -> Math.abs(v) < 1e-12);
        Arrays.setAll(curve, i -> curve[i] + 0.01 * (random.nextDouble() - 0.5));
        curve[100] += 5;
        assertThat(Statistics.spikes(Arrays.copyOfRange(Statistics.detrended(curve), 20, 180)))
                .isEqualTo(1);
    }

    @Test
    void stepsToAThreshold() {
        double[] losses = new double[100];
        Arrays.setAll(losses, i -> i < 50 ? 2 : 0);
        assertThat(Statistics.stepsTo(losses, 1)).isEqualTo(63); // 13 of the last 25 losses are 0
        assertThat(Statistics.stepsTo(losses, -1)).isEqualTo(100);
    }
}

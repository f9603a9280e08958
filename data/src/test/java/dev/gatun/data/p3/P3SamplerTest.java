package dev.gatun.data.p3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.data.DataException;
import dev.gatun.data.TaskSampler.Weighting;
import java.util.List;
import org.junit.jupiter.api.Test;

class P3SamplerTest {
    private static final List<P3Task> TASKS = List.of(
            new P3Task("big_a", "big", "a"),
            new P3Task("big_b", "big", "b"),
            new P3Task("mid_a", "mid", "a"),
            new P3Task("small_a", "small", "a"));
    private static final int[] ROWS = {3_000_000, 3_000_000, 400_000, 50_000};
    private static final int DRAWS = 40_000;

    /** The 99.9 % quantile of chi square with 3 degrees of freedom. */
    private static final double CRITICAL_3 = 16.27;

    private static double chiSquare(P3Sampler sampler, double[] expected) {
        int[] counts = new int[expected.length];
        for (int slot = 0; slot < DRAWS; slot++) {
            counts[sampler.draw(17, slot).task()]++;
        }
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            double mean = expected[i] * DRAWS;
            sum += (counts[i] - mean) * (counts[i] - mean) / mean;
        }
        return sum;
    }

    @Test
    void proportionalSharesTheCapAmongTemplates() {
        P3Sampler sampler = new P3Sampler(TASKS, ROWS, 3, Weighting.PROPORTIONAL, 0);
        double total = 250_000 + 250_000 + 400_000 + 50_000;
        double[] expected = {250_000 / total, 250_000 / total, 400_000 / total, 50_000 / total};
        for (int i = 0; i < 4; i++) {
            assertThat(sampler.probability(i)).isCloseTo(expected[i], within(1e-12));
        }
        assertThat(chiSquare(sampler, expected)).isLessThan(CRITICAL_3);
        assertThat(chiSquare(sampler, new double[] {0.25, 0.25, 0.25, 0.25})).isGreaterThan(CRITICAL_3);
    }

    @Test
    void uniformIsOverTasks() {
        P3Sampler sampler = new P3Sampler(TASKS, ROWS, 3, Weighting.UNIFORM, 0);
        assertThat(chiSquare(sampler, new double[] {0.25, 0.25, 0.25, 0.25})).isLessThan(CRITICAL_3);
    }

    @Test
    void rowsAndDemonstrationsAreUniformWithoutRepetition() {
        P3Sampler sampler = new P3Sampler(TASKS.subList(0, 1), new int[] {4}, 8, Weighting.PROPORTIONAL, 2);
        int[] queries = new int[4];
        int[][] shown = new int[4][4];
        for (int slot = 0; slot < DRAWS; slot++) {
            P3Sampler.Draw draw = sampler.draw(2, slot);
            assertThat(draw.demonstrations())
                    .hasSize(2)
                    .doesNotContain(draw.row())
                    .doesNotHaveDuplicates();
            queries[draw.row()]++;
            shown[draw.row()][draw.demonstrations()[0]]++;
        }
        for (int row = 0; row < 4; row++) {
            assertThat(queries[row]).isCloseTo(DRAWS / 4, within(400));
            for (int other = 0; other < 4; other++) {
                assertThat(shown[row][other]).isCloseTo(row == other ? 0 : DRAWS / 12, within(250));
            }
        }
    }

    @Test
    void aTaskWithOneRowHasNoDemonstration() {
        P3Sampler sampler = new P3Sampler(TASKS.subList(0, 1), new int[] {1}, 8, Weighting.PROPORTIONAL, 16);
        assertThat(sampler.draw(0, 0).demonstrations()).isEmpty();
    }

    @Test
    void drawsDependOnSeedStepAndSlotAlone() {
        P3Sampler a = new P3Sampler(TASKS, ROWS, 3, Weighting.PROPORTIONAL, 16);
        P3Sampler b = new P3Sampler(TASKS, ROWS, 3, Weighting.PROPORTIONAL, 16);
        b.draw(5, 5);
        assertThat(a.draw(1, 2)).usingRecursiveComparison().isEqualTo(b.draw(1, 2));
        P3Sampler other = new P3Sampler(TASKS, ROWS, 4, Weighting.PROPORTIONAL, 16);
        assertThat(other.draw(1, 2).row()).isNotEqualTo(a.draw(1, 2).row());
    }

    @Test
    void nothingToDrawFromIsRefused() {
        assertThatThrownBy(() -> new P3Sampler(List.of(), new int[0], 1, Weighting.UNIFORM, 1))
                .isInstanceOf(DataException.class);
        assertThatThrownBy(() -> new P3Sampler(TASKS.subList(0, 1), new int[1], 1, Weighting.UNIFORM, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("big_a");
        assertThatThrownBy(() -> new P3Sampler(TASKS, new int[1], 1, Weighting.UNIFORM, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

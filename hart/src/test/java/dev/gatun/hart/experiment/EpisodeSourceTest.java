package dev.gatun.hart.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.data.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the models read. */
class EpisodeSourceTest {
    private static final int SHOWN = 8;

    private final List<SymbolTask> tasks = TaskSplit.standard().training();

    private EpisodeSource source(long seed) {
        return new EpisodeSource(tasks, seed, SHOWN);
    }

    @Test
    void isAFunctionOfSeedAndStep() {
        long[] once = source(3).batch(5, 4, 2, Demonstrations.RIGHT).hyperIds().values();
        assertThat(source(3).batch(5, 4, 2, Demonstrations.RIGHT).hyperIds().values())
                .isEqualTo(once);
        assertThat(source(3).batch(6, 4, 2, Demonstrations.RIGHT).hyperIds().values())
                .isNotEqualTo(once);
        assertThat(source(4).batch(5, 4, 2, Demonstrations.RIGHT).hyperIds().values())
                .isNotEqualTo(once);
    }

    @ParameterizedTest
    @EnumSource(Demonstrations.class)
    void queriesAreAnsweredByTheTaskWhateverIsShown(Demonstrations what) {
        Episodes episodes = source(1).batch(0, 6, 3, what);
        for (int row = 0; row < 18; row++) {
            SymbolTask task = episodes.tasks().get(row / 3);
            assertThat(episodes.owners()[row]).isEqualTo(row / 3);
            long[] query = real(episodes.mainIds().row(row));
            assertThat(real(episodes.labels().row(row))).isEqualTo(answer(task, query));
        }
    }

    @Test
    void rightDemonstrationsAreTheTasksOwnAndNoneIsAQuery() {
        Episodes episodes = source(2).batch(0, 16, 4, Demonstrations.RIGHT);
        for (int b = 0; b < 16; b++) {
            List<long[][]> pairs = pairs(episodes.hyperIds().row(b));
            assertThat(pairs).hasSize(SHOWN);
            for (long[][] pair : pairs) {
                assertThat(pair[1]).isEqualTo(output(episodes.tasks().get(b), pair[0]));
                for (int q = 0; q < 4; q++) {
                    long[] query = real(episodes.mainIds().row(4 * b + q));
                    assertThat(Arrays.copyOf(query, query.length - 1)).isNotEqualTo(pair[0]);
                }
            }
        }
    }

    @Test
    void wrongOnesAreAnotherTasksAndShuffledOnesKeepTheirOutputs() {
        Episodes wrong = source(2).batch(0, 16, 1, Demonstrations.WRONG);
        Episodes shuffled = source(2).batch(0, 16, 1, Demonstrations.SHUFFLED);
        for (int b = 0; b < 16; b++) {
            SymbolTask task = wrong.tasks().get(b);
            for (long[][] pair : pairs(wrong.hyperIds().row(b))) {
                assertThat(pair[1]).isNotEqualTo(output(task, pair[0]));
            }
            List<long[][]> pairs = pairs(shuffled.hyperIds().row(b));
            for (int k = 0; k < SHOWN; k++) {
                assertThat(pairs.get(k)[1]).isEqualTo(output(shuffled.tasks().get(b), pairs.get((k + 1) % SHOWN)[0]));
            }
        }
        assertThat(source(2).batch(0, 2, 1, Demonstrations.NONE).hyperIds().values())
                .containsExactly(SymbolTask.END, SymbolTask.END);
    }

    @Test
    void whatIsToBeNamedIsTheShownTasksInstruction() {
        Episodes episodes = new EpisodeSource(tasks, 2, 2).named(7, 16);
        for (int b = 0; b < 16; b++) {
            SymbolTask task = episodes.tasks().get(b);
            List<long[][]> pairs = pairs(episodes.mainIds().row(b));
            assertThat(pairs).hasSize(2);
            assertThat(pairs).allSatisfy(pair -> assertThat(pair[1]).isEqualTo(output(task, pair[0])));
            long[] named = real(episodes.labels().row(b));
            assertThat(Arrays.copyOf(named, 2)).isEqualTo(task.instruction());
            assertThat(named).hasSize(3).endsWith(SymbolTask.END);
        }
    }

    /** Inputs and outputs of a hypernetwork's input: an output's closing label closes a pair. */
    private static List<long[][]> pairs(long[] ids) {
        List<long[][]> pairs = new ArrayList<>();
        int begin = 0;
        int arrow = 0;
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == SymbolTask.ARROW) {
                arrow = i;
            } else if (ids[i] >= SymbolTask.FIRST_CLOSING) {
                pairs.add(new long[][] {Arrays.copyOfRange(ids, begin, arrow), Arrays.copyOfRange(ids, arrow + 1, i + 1)
                });
                begin = i + 1;
            }
        }
        assertThat(ids[begin]).isEqualTo(SymbolTask.END);
        return pairs;
    }

    private static long[] answer(SymbolTask task, long[] query) {
        long[] output = output(task, Arrays.copyOf(query, query.length - 1));
        long[] ended = Arrays.copyOf(output, output.length + 1);
        ended[output.length] = SymbolTask.END;
        return ended;
    }

    private static long[] output(SymbolTask task, long[] input) {
        long first = SymbolTask.input(new int[] {0})[0];
        return task.output(
                Arrays.stream(input).mapToInt(id -> (int) (id - first)).toArray());
    }

    private static long[] real(long[] row) {
        return Arrays.stream(row).filter(id -> id != 0 && id != Batch.IGNORED).toArray();
    }
}

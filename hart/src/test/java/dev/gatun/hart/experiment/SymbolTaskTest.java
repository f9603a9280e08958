package dev.gatun.hart.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The generated tasks and their split. */
class SymbolTaskTest {
    @ParameterizedTest
    @CsvSource({
        "SORT_UP, 01234, 0123",
        "SORT_DOWN, 43210, 3210",
        "DOUBLE_FIRST, 331024, 33102",
        "DOUBLE_LAST, 310244, 31022",
        "FIRST_AGAIN, 310243, 31023",
        "DROP_FIRST, 1024, 102",
        "DROP_LAST, 3102, 310",
        "FIRST_TWO, 31, 31",
        "LAST_TWO, 24, 02",
        "COPY, 31024, 3102",
        "REVERSE, 42013, 2013",
        "ROTATE, 10243, 1023"
    })
    void anOperationDoesWhatItsNameSays(Operation operation, String ofFive, String ofFour) {
        assertThat(applied(operation, 3, 1, 0, 2, 4)).isEqualTo(ofFive);
        assertThat(applied(operation, 3, 1, 0, 2)).isEqualTo(ofFour);
    }

    private static String applied(Operation operation, int... symbols) {
        return Arrays.stream(operation.apply(symbols))
                .mapToObj(Integer::toString)
                .collect(Collectors.joining());
    }

    @Test
    void theMapChoosesBothLabels() {
        long[] plain = new SymbolTask(Operation.COPY, 0).output(new int[] {0, 7, 3});
        long[] other = new SymbolTask(Operation.COPY, 6).output(new int[] {0, 7, 3});
        long[] input = SymbolTask.input(new int[] {0, 7, 3});
        assertThat(Arrays.copyOfRange(plain, 1, 4)).isEqualTo(input);
        assertThat(Arrays.copyOfRange(other, 1, 4)).isEqualTo(input);
        assertThat(other[0] - plain[0]).isEqualTo(2); // 6 mod 4
        assertThat(other[4] - plain[4]).isEqualTo(1); // 6 / 4
        Set<List<Long>> outputs = new HashSet<>();
        for (int map = 0; map < SymbolTask.MAPS; map++) {
            long[] output = new SymbolTask(Operation.COPY, map).output(new int[] {1, 2, 3, 4});
            assertThat(Arrays.stream(output)).allMatch(token -> token < SymbolTask.VOCABULARY);
            outputs.add(Arrays.stream(output).boxed().toList());
        }
        assertThat(outputs).hasSize(SymbolTask.MAPS);
    }

    @Test
    void aFifthIsHeldOutAndEveryOperationAndMapIsInTraining() {
        TaskSplit split = TaskSplit.standard();
        assertThat(split.heldOut()).hasSize(48).doesNotContainAnyElementsOf(split.training());
        assertThat(split.training()).hasSize(192).doesNotHaveDuplicates();
        for (Operation operation : Operation.values()) {
            assertThat(split.training().stream().filter(task -> task.operation() == operation))
                    .hasSize(16);
        }
        assertThat(split.training().stream().map(SymbolTask::map).distinct()).hasSize(SymbolTask.MAPS);
        assertThat(split.heldOut().stream().map(SymbolTask::map).distinct().count())
                .isGreaterThan(15);
        assertThat(TaskSplit.standard()).isEqualTo(split);
    }
}

package dev.gatun.apps.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ShardingTest {
    private static List<String[]> rows(String... args) {
        StringWriter out = new StringWriter();
        CommandLine line = new CommandLine(new ShardingCommand()).setOut(new PrintWriter(out, true));
        assertThat(line.execute(args)).isZero();
        return out.toString()
                .lines()
                .skip(2)
                .map(row -> row.replaceAll("^\\| | \\|$", "").split(" \\| "))
                .toList();
    }

    /** The specification's counts: 712,881,152 trained parameters of 4 bytes, and a part of everything else on each rank. */
    @Test
    void thePapersModelsAreComputed() {
        List<String[]> rows = rows("--ranks", "4");
        assertThat(rows).hasSize(12);
        assertThat(rows.getFirst())
                .containsExactly("HART, T5-large", "float32", "4", "0", "2.85", "2.85", "5.70", "11.41");
        assertThat(rows.get(5)).containsExactly("HART, T5-large", "8-bit", "4", "2", "2.85", "0.71", "0.36", "3.93");
    }

    @Test
    void libtorchAllocatesWhatIsComputed() {
        List<String[]> rows = rows("--measure");
        assertThat(rows).hasSize(6);
        for (String[] row : rows) {
            assertThat(Double.parseDouble(row[4]))
                    .isBetween(Double.parseDouble(row[3]), Double.parseDouble(row[3]) + 0.1);
            assertThat(Double.parseDouble(row[5])).isGreaterThan(Double.parseDouble(row[4]));
        }
    }
}

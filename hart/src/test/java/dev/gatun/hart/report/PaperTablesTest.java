package dev.gatun.hart.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gatun.hart.report.PaperTables.Format;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The paper's figures, and where ours go. */
class PaperTablesTest {
    @TempDir
    private Path folder;

    @Test
    void exactlyTwoAveragesAreNotThoseOfTheirColumns() {
        List<Target> corrected =
                Target.all().stream().filter(Target::isCorrected).toList();
        assertThat(corrected).extracting(Target::row).containsExactly("t0_3b", "hint");
        assertThat(corrected).extracting(Target::printed).containsExactly(54.9, 65.4);
        assertThat(corrected.get(0).value()).isCloseTo(51.2, within(0.05));
        assertThat(corrected.get(1).value()).isCloseTo(61.5, within(0.05));
        assertThat(Target.all()).as("17 + 16 rows of 9 + 10").hasSize(17 + 16 * 9 + 10);
    }

    @Test
    void withoutRunsThePaperStandsAlone() {
        String text = PaperTables.of(List.of(), Format.TEXT);
        assertThat(text)
                .contains("Table 2", "Table 3", "Table 4", "Table 5", "51.2*", "61.5*")
                .contains("* t0_3b: the mean of the eight columns; the paper prints 54.9")
                .contains("* hint: the mean of the eight columns; the paper prints 65.4")
                .doesNotContain("ours:", "Our runs");
        assertThat(line(text, "hart ")).isEqualTo("hart 46.8 – 50.4 –");
        assertThat(line(text, "hint ")).isEqualTo("hint – – 53.2 –");
    }

    private static String line(String text, String start) {
        return text.lines()
                .map(String::strip)
                .filter(l -> l.startsWith(start))
                .findFirst()
                .orElseThrow()
                .replaceAll(" +", " ");
    }

    private Path sni(String name, String size, String system, double score, String... overrides) throws IOException {
        return new SampleRun(folder.resolve(name), overrides)
                .write(
                        "evaluation.json",
                        Map.of("system", system, "benchmark", "sni", "size", size, "scores", Map.of("snr", score)))
                .folder;
    }

    @Test
    void runsOfASystemAndSizeAreAveraged() throws IOException {
        String text = PaperTables.of(
                List.of(
                        sni("a", "large", "hart", 40),
                        sni("b", "large", "hart", 42),
                        sni("c", "xl", "hart", 51.5),
                        sni("d", "large", "hart", 10, "cst.alpha=0"),
                        sni("e", "large", "hypertuning", 20, "hyper.fusion=false"),
                        sni("f", "large", "hypertuning", 30),
                        sni("g", "large", "lora", 44)),
                Format.TEXT);
        assertThat(line(text, "hart ")).isEqualTo("hart 46.8 41.0 ±1.4 50.4 51.5");
        assertThat(line(text, "lora ")).isEqualTo("lora 42.9 44.0 47.7 –");
        assertThat(line(text, "hypertuning ")).isEqualTo("hypertuning 45.2 30.0 48.8 –");
        assertThat(line(text, "- continual")).endsWith("25.3 20.0 50.9 –");
        assertThat(line(text, "+ fusion")).endsWith("45.2 30.0 53.0 –");
        assertThat(line(text, "+ autoregression")).endsWith("46.4 10.0 54.3 –");
        assertThat(line(text, "+ consistency")).endsWith("46.8 41.0 ±1.4 55.0 –");
        assertThat(text).doesNotContain("Our runs of other sizes");
    }

    private Path p3(String name, String size) throws IOException {
        Map<String, Object> scores = new LinkedHashMap<>();
        for (int i = 0; i < Scores.P3.size(); i++) {
            scores.put(Scores.P3.get(i), 30.0 + i);
        }
        return new SampleRun(folder.resolve(name))
                .write(
                        "evaluation.json",
                        Map.of(
                                "system",
                                "hart",
                                "benchmark",
                                "p3",
                                "size",
                                size,
                                "scores",
                                scores,
                                "intervals",
                                Map.of("avg", Map.of("low", 36.5, "high", 39.5))))
                .folder;
    }

    @Test
    void p3HasItsColumnsAndIntervals() throws IOException {
        String text = PaperTables.of(List.of(p3("a", "xl")), Format.TEXT);
        assertThat(line(text, "ours: hart"))
                .isEqualTo("ours: hart 30.0 31.0 32.0 33.0 34.0 35.0 36.0 37.0 38.0 [36.5, 39.5]");
        assertThat(text.indexOf("ours: hart")).isBetween(text.indexOf("Table 4"), text.indexOf("Table 5"));
        assertThat(line(PaperTables.of(List.of(p3("b", "large")), Format.TEXT), "+ consistency"))
                .endsWith("46.8 – 55.0 38.0 [36.5, 39.5]");
    }

    @Test
    void runsOfAnotherSizeStandApart() throws IOException {
        SampleRun run = new SampleRun(folder.resolve("mini"), "seed=3").evaluation("hart", 23.2);
        String text = PaperTables.of(List.of(run.folder), Format.TEXT);
        assertThat(line(text, "mini ")).isEqualTo("mini hart mini 3 S-NI, ROUGE-L 23.2 [21.2, 25.2]");
        assertThat(line(text, "hart ")).isEqualTo("hart 46.8 – 50.4 –");
    }

    @Test
    void aRunThatIsNotEvaluatedIsLeftOut() throws IOException {
        Path run = new SampleRun(folder.resolve("run")).folder;
        assertThat(PaperTables.of(List.of(run), Format.TEXT)).isEqualTo(PaperTables.of(List.of(), Format.TEXT));
        assertThatThrownBy(() -> PaperTables.of(List.of(folder), Format.TEXT))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("no run folder");
    }

    @Test
    void otherFormatsHaveTheSameFigures() throws IOException {
        List<Path> runs = List.of(sni("a_b", "large", "hart", 40), sni("mini", "mini", "hart", 20));
        assertThat(PaperTables.of(runs, Format.MARKDOWN))
                .contains("### Table 2: S-NI, ROUGE-L\n\n| system | Large, paper | ours | XL, paper | ours |\n"
                        + "| --- | ---: | ---: | ---: | ---: |\n")
                .contains("| hart | 46.8 | 40.0 | 50.4 | – |", "51.2\\*", "\\* t0\\_3b: ");
        String csv = PaperTables.of(runs, Format.CSV);
        assertThat(csv.lines())
                .startsWith("table,size,system,column,source,runs,value,low,high,printed")
                .contains(
                        "2,large,hart,snr,paper,,46.8,,,",
                        "2,large,hart,snr,ours,1,40.0000,,,",
                        "4,xl,t0_3b,avg,paper,,51.2,,,54.9",
                        ",mini,hart,snr,ours,1,20.0000,,,")
                .allSatisfy(line -> assertThat(line.split(",", -1)).hasSize(10));
    }
}

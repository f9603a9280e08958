package dev.gatun.apps.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.hart.experiment.Findings.Figures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the command says and writes; what it computes is tested where that is. */
class MiniatureCommandTest {
    @TempDir
    private Path folder;

    private record Outcome(int exitCode, String out, String err) {}

    private Outcome run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = new CommandLine(new MiniatureCommand()).setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return new Outcome(line.execute(args), out.toString(), err.toString());
    }

    @Test
    void aReportOfNothingClaimsNothing() throws IOException {
        Outcome outcome = run("--report", "--quick", "--arms", "i,iii", "--seeds", "2", "-o", folder.toString());
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("Arm (i)", "Arm (iii)", "not measured")
                .doesNotContain(": holds", "Arm (ii):");
        assertThat(Files.readString(folder.resolve("miniature.md")))
                .contains("0 of 14 hypernetworks finished", "cache-prefix", "## Not finished");
        assertThat(Files.readString(folder.resolve("miniature.json"))).contains("NOT_MEASURED");
        assertThat(Files.readString(folder.resolve("miniature.txt"))).isNotBlank();
    }

    @Test
    void anotherSizesFolderIsRefused() {
        run("--report", "--quick", "-o", folder.toString());
        Outcome outcome = run("--report", "-o", folder.toString());
        assertThat(outcome.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(outcome.err()).contains("holds an experiment of other sizes");
        assertThat(run("--seeds", "0").exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
    }

    @Test
    void figuresAreDrawnFromWhatIsThere() throws IOException {
        Map<Double, Double> byAlpha = new TreeMap<>(Map.of(0.0, 2.0, 1.0, 1.0));
        Figures all =
                new Figures(Map.of("cache", new double[] {3, 2, 1}), Map.of("B=8, slot", byAlpha), new double[][] {
                    {0.6, 0.4}, {0.3, 0.7}
                });
        PrintWriter out = new PrintWriter(new StringWriter());
        for (String name : MiniaturePlots.draw(all, folder, out)) {
            assertThat(ImageIO.read(folder.resolve(name).toFile()).getHeight()).isEqualTo(500);
        }
        assertThat(MiniaturePlots.draw(new Figures(Map.of(), Map.of(), null), folder, out))
                .isEmpty();
    }
}

package dev.gatun.apps;

import static dev.gatun.apps.TinyRun.gatun;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.apps.TinyRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real run leaves to look at, and the commands that show it. */
class SeeingTest {
    @TempDir
    private Path folder;

    @Test
    void trainingLeavesAReportAndEvents() throws IOException {
        Path run = TinyRun.finished();
        String page = Files.readString(run.resolve("report.html"));
        assertThat(page)
                .contains("pretrain 8/8", "train 8/8", "right demonstrations", "libtorch", "task005 second")
                .doesNotContain("not evaluated yet");
        for (String stage : new String[] {"pretrain", "train"}) {
            try (Stream<Path> events = Files.list(run.resolve("events").resolve(stage))) {
                assertThat(events).hasSize(1).allMatch(file -> file.toFile().length() > 8 * 100);
            }
        }
    }

    @Test
    void reportsAndTablesOfRuns() throws IOException {
        Path one = TinyRun.copy(folder.resolve("one"));
        Path two = TinyRun.copy(folder.resolve("two"));
        Files.delete(one.resolve("report.html"));
        assertThat(gatun("report", one).exitCode()).isZero();
        assertThat(one.resolve("report.html")).exists();
        Path both = folder.resolve("both.html");
        assertThat(gatun("report", one, two, "-o", both).out()).contains(both.toString());
        assertThat(Files.readString(both)).contains("data-run=\"1\"");

        Outcome tables = gatun("tables", one, two);
        assertThat(tables.exitCode()).isZero();
        assertThat(tables.out()).contains("Table 5", "61.5*", "Our runs of other sizes", "one ", "two ");
        assertThat(tables.out().lines().filter(line -> line.startsWith("  one ")))
                .singleElement()
                .asString()
                .matches(".*mini +0 +S-NI, ROUGE-L +[\\d.]+ \\[[\\d.]+, [\\d.]+]");
        assertThat(gatun("tables", one, "--format", "csv").out()).startsWith("table,size,system,");
        assertThat(gatun("tables", one, "--format", "markdown").out()).startsWith("### Table 2");
    }

    @Test
    void whatCannotBeShownIsOneLine() {
        gatun("report").isFailure(2, "RUN");
        gatun("report", folder).isFailure(1, folder.toString(), "no run folder");
        gatun("tables", folder).isFailure(1, folder.toString(), "no run folder");
        gatun("report", TinyRun.finished(), "-o", "/proc/nowhere/x.html").isFailure(1, "/proc/nowhere");
    }

    @Test
    void fetchSaysWhatItKnows() {
        assertThat(gatun("fetch", "--list").out())
                .contains("t5-large-lm-adapt", "models/t5-large-lm-adapt", "sni", "p3");
        gatun("fetch").isFailure(2, "what to fetch?", "t5-xl-lm-adapt");
        gatun("fetch", "t6").isFailure(2, "there is no 't6' to fetch", "t5-xl-lm-adapt");
        gatun("fetch", "sni", "--base-url", "nonsense").isFailure(2, "--base-url");
        gatun("fetch", "sni", "--timeout", "0").isFailure(2, "--timeout");
    }
}

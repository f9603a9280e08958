package dev.gatun.hart.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as text; {@link ReportInBrowserTest} looks at it as people do. */
class RunReportTest {
    @TempDir
    private Path folder;

    @Test
    void aRunThatHasJustBegunHasAPage() throws IOException {
        assertThat(new SampleRun(folder.resolve("new")).report())
                .contains("none yet", "No step is logged yet", "Not evaluated yet")
                .doesNotContain("<svg");
    }

    @Test
    void aPageIsWrittenWhileTheRunGoesOn() throws IOException {
        SampleRun run = new SampleRun(folder.resolve("run")).metrics("pretrain", 40, 9);
        byte[] whole = Files.readAllBytes(run.folder.resolve("metrics.jsonl"));
        // What a reader may find of a line that is being written, cut within a letter of two bytes.
        Files.write(
                run.folder.resolve("metrics.jsonl"),
                new byte[] {'{', '"', 's', 't', 'e', 'p', '"', ':', '4', '0', ',', '"', (byte) 0xC3},
                StandardOpenOption.APPEND);
        Files.writeString(run.folder.resolve("predictions.jsonl"), "{\"set\":\"a\",\"arm\":");
        Files.writeString(run.folder.resolve("evaluation.json"), "{\"scores\": {\"snr\"");
        assertThat(run.report())
                .contains("pretrain 40/700", "not evaluated yet", "Not evaluated yet")
                .doesNotContain("Training: train");
        Files.write(run.folder.resolve("metrics.jsonl"), whole);
        assertThat(run.metrics("train", 2, 3).report()).contains("train 2/260", "Training: train");
        try (var files = Files.list(run.folder)) {
            assertThat(files.map(f -> f.getFileName().toString())).noneMatch(name -> name.contains("tmp"));
        }
    }

    @Test
    void severalMayWriteTheSameReport() throws Exception {
        SampleRun run = new SampleRun(folder.resolve("run")).metrics("pretrain", 4, 9);
        try (ExecutorService writers = Executors.newFixedThreadPool(4)) {
            List<Callable<Void>> all = Collections.nCopies(40, () -> {
                RunReport.write(run.folder);
                return null;
            });
            for (Future<Void> one : writers.invokeAll(all)) {
                one.get();
            }
        }
        assertThat(run.folder).isDirectoryNotContaining("glob:**tmp*");
    }

    @Test
    void aReportThatCannotBeWrittenLeavesNothing() throws IOException {
        SampleRun run = new SampleRun(folder.resolve("run"));
        Files.createDirectories(run.folder.resolve("report.html/in-the-way"));
        assertThatThrownBy(run::report).isInstanceOf(ReportException.class);
        assertThat(run.folder).isDirectoryNotContaining("glob:**tmp*");
    }

    @Test
    void stepsThatComeAgainReplaceTheOldOnes() throws IOException {
        SampleRun run =
                new SampleRun(folder.resolve("run")).metrics("train", 40, 9).metrics("train", 20, 5);
        Metrics metrics = Metrics.read(run.folder.resolve("metrics.jsonl"));
        assertThat(metrics.steps("train")).isEqualTo(20);
        assertThat(metrics.series("train", "loss").values()).hasSize(20).startsWith(5.0);
    }

    @Test
    void nothingFromARunFolderIsMarkup() throws IOException {
        SampleRun run = new SampleRun(folder.resolve("a <b>&'\" run"), "recipe=<script>alert(1)</script>")
                .metrics("<i>stage", 5, 3)
                .evaluation("<u>system", 42)
                .predictions();
        String page = run.report();
        assertThat(page).doesNotContain("<script>doc", "<img", "<i>stage", "<u>system", "<b>&'", "<script>alert");
        assertThat(page).contains("&lt;/td&gt;&lt;/script&gt;&lt;script&gt;document.title=&#39;taken&#39;");
        assertThat(page.split("<script", -1))
                .as("the charts' numbers and one script")
                .hasSize(1 + 8);
        assertThat(page).doesNotContain("http:", "https:", "<link", "<iframe", " href=", "@import", "url(");
    }

    @Test
    void figureOneIsDrawnWhereThereIsOne() throws IOException {
        SampleRun run = new SampleRun(folder.resolve("run")).evaluation("parallel", 42);
        assertThat(run.report()).doesNotContain("Figure 1");
        double[][] rows = {{0.4, 0.1, 0}, {0.25, 0.25, 0}, {0.05, 0.2, 0.25}};
        String page = run.write("attention.json", Map.of("tasks", 5, "attention", rows))
                .report();
        assertThat(page)
                .contains(
                        "What layers see of each other (Figure 1)",
                        "mean over 5 tasks; strongest: 0.400",
                        "fill-opacity=\"1.000\"><title>layer 1 looks at layer 1: 0.4000</title>",
                        "fill-opacity=\"0.125\"><title>layer 3 looks at layer 1: 0.0500</title>");
        assertThat(page.split("class=\"cell\"", -1)).hasSize(1 + 9);
        Files.writeString(run.folder.resolve("attention.json"), "{\"attention\": [[1, 2], [3]]}");
        assertThat(run.report()).doesNotContain("Figure 1");
    }

    @Test
    void differencesFromTheRecipeAreListed() throws IOException {
        String page = new SampleRun(folder.resolve("run"), "train.lr=0.5", "seed=7").report();
        String diff = page.substring(page.indexOf("class=\"diff\""), page.indexOf("All keys"));
        assertThat(diff)
                .contains("<code>train.lr</code></th><td>0.001</td><td><b>0.5</b>", "<code>seed</code>")
                .doesNotContain("train.steps");
        assertThat(new SampleRun(folder.resolve("same")).report()).contains("None.");
        assertThat(new SampleRun(folder.resolve("own"), "recipe=my-own").report())
                .contains("my-own, is no bundled one");
    }

    @Test
    void whereRunsDifferIsListed() throws IOException {
        SampleRun one = new SampleRun(folder.resolve("one"), "cst.alpha=5");
        SampleRun two = new SampleRun(folder.resolve("two"), "cst.alpha=20");
        Path file = folder.resolve("deep/er/both.html");
        RunReport.write(List.of(one.folder, two.folder), file);
        assertThat(Files.readString(file))
                .contains("<code>cst.alpha</code></th><td>1.0</td><td><b>5.0</b></td><td><b>20.0</b></td>");
    }

    @Test
    void whatIsNoRunIsNamed() {
        assertThatThrownBy(() -> RunReport.write(folder))
                .isInstanceOf(ReportException.class)
                .hasMessageContainingAll(folder.toString(), "no run folder", "gatun train");
        assertThatThrownBy(() -> RunReport.write(List.of(), folder.resolve("x.html")))
                .isInstanceOf(ReportException.class);
    }

    @Test
    void axesHaveRoundTicksThatHoldEverything() {
        double[][] ranges = {{0, 1}, {3.2, 10.4}, {0, 0}, {5, 5}, {-1e-7, 2e-7}, {1e9, 1e9 + 1}, {0, 699}, {-3, -1}};
        for (double[] range : ranges) {
            Axis axis = Axis.of(range[0], range[1], 5);
            assertThat(axis.low()).isLessThanOrEqualTo(range[0] + 1e-12);
            assertThat(axis.high()).isGreaterThanOrEqualTo(range[1]).isGreaterThan(axis.low());
            assertThat(axis.ticks()).hasSizeBetween(2, 12);
        }
        assertThat(List.of(0.0, 5e-4, 0.0025, 1200.0, 2.5e-7, -0.5, 3e6, 12.345).stream()
                        .map(Axis::label))
                .containsExactly("0", "5e-4", "0.0025", "1200", "2.5e-7", "-0.5", "3e6", "12.35");
    }

    @Test
    void aSmoothedCurveKeepsEndsMeansAndSpread() {
        List<Double> steps = java.util.stream.IntStream.range(0, 1000)
                .mapToObj(i -> (double) i)
                .toList();
        List<Double> values = steps.stream().map(s -> s + (s % 2 == 0 ? 1 : -1)).toList();
        Curve curve = Curve.of(new Metrics.Series(steps, values), true);
        assertThat(curve.window()).isEqualTo(41);
        assertThat(curve.size()).isEqualTo(240);
        assertThat(curve.steps()[0]).isZero();
        assertThat(curve.steps()[239]).isEqualTo(999);
        for (int i = 30; i < 210; i++) {
            assertThat(curve.means()[i]).isBetween(curve.steps()[i] - 0.1, curve.steps()[i] + 0.1);
            // 41 numbers in a row, each one more, have the deviation 11.98; ±1 on top makes it 12.02.
            assertThat(curve.deviations()[i]).isBetween(11.9, 12.2);
        }
    }
}

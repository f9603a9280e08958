package dev.gatun.hart.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** What a real browser shows once the page's script has run. */
class ReportInBrowserTest {
    @TempDir
    private Path folder;

    // Chromium's children may still be writing there when it is gone.
    @TempDir(cleanup = CleanupMode.NEVER)
    private Path profile;

    private Chromium browser;

    @BeforeEach
    void start() throws Exception {
        browser = Chromium.start(profile);
        assumeTrue(browser != null, "needs a browser: apt-get install chromium");
    }

    @AfterEach
    void close() throws Exception {
        if (browser != null) {
            browser.close();
        }
    }

    private SampleRun sample(String name, double from, double rougeL) throws Exception {
        return new SampleRun(folder.resolve(name), "train.lr=0.5")
                .metrics("pretrain", 100, 9)
                .metrics("train", 201, from)
                .evaluation("hart", rougeL)
                .predictions();
    }

    private void assertNothingWentWrong(Path page) {
        assertThat(browser.complaints).isEmpty();
        assertThat(browser.requests).containsExactly(page.toUri().toString());
    }

    @Test
    void aRunIsShown() throws Exception {
        SampleRun run = sample("hart-1", 5, 23.4);
        run.report();
        Path page = run.folder.resolve(RunReport.FILE);
        browser.open(page);

        assertThat(browser.eval("document.title").asText()).isEqualTo("hart-1 · Gatun");
        assertThat(browser.text("table.runs tbody"))
                .contains("hart-1", "sni-mini", "pretrain 100/700", "train 201/260", "ROUGE-L 23.4 (21.4 to 25.4)");
        assertThat(browser.eval("[...document.querySelectorAll('[data-stage=train] figcaption')]"
                        + ".map(e => e.firstChild.textContent)"))
                .map(JsonNode::asText)
                .containsExactly(
                        "Loss",
                        "Prediction loss",
                        "Consistency loss",
                        "Learning rate",
                        "Gradient norm",
                        "Speed",
                        "Waiting for data");
        assertThat(browser.eval("document.documentElement.dataset.ready").asInt())
                .isEqualTo(2 * 7 + 1);
        assertThat(browser.text("section.scores")).contains("right demonstrations", "23.4", "+7.5", "+5.3 to +9.8");
        assertThat(browser.eval("[...document.querySelectorAll('figure.bars text')].map(t => t.textContent)"))
                .map(JsonNode::asText)
                .contains("textual entailment", "word analogy", "23.4");
        assertThat(browser.text("table.diff"))
                .contains("train.lr", "0.001", "0.5")
                .doesNotContain("data.shots");
        assertNothingWentWrong(page);
    }

    @Test
    void predictionsAreTextEvenIfTheyLookLikeScripts() throws Exception {
        SampleRun run = sample("hart-1", 5, 23.4);
        run.report();
        browser.open(run.folder.resolve(RunReport.FILE));

        JsonNode rows = browser.eval("[...document.querySelectorAll('.examples tbody tr')]"
                + ".map(row => [...row.children].map(cell => cell.textContent))");
        assertThat(rows).hasSize(3);
        assertThat(rows.path(0))
                .map(JsonNode::asText)
                .containsExactly("task1 copy", "right answer 0", "none answer 0", "✓ right answer 0");
        assertThat(rows.path(1).path(3).asText())
                .isEqualTo(SampleRun.HOSTILE.replace('\u0000', '\uFFFD').replace('\uD800', '\uFFFD'));
        assertThat(rows.path(2).path(2).asText()).isEqualTo("(nothing)");
        assertThat(browser.eval("document.images.length + document.links.length")
                        .asInt())
                .isZero();
        assertNothingWentWrong(run.folder.resolve(RunReport.FILE));
    }

    @Test
    void thePointerShowsTheFiguresOfAStep() throws Exception {
        SampleRun run = sample("hart-1", 5, 23.4);
        run.report();
        browser.open(run.folder.resolve(RunReport.FILE));
        assertThat(browser.eval("document.querySelectorAll('.tip:not([hidden])').length")
                        .asInt())
                .isZero();
        // The axis of 201 steps goes from 62 to 946 of 960: its middle is step 100, where the loss is halfway from 5 to
        // 1.
        browser.point("[data-stage=train] svg", (62 + 442) / 960.0, 0.5, false);
        String tip = browser.text("[data-stage=train] .tip:not([hidden])");
        assertThat(tip).startsWith("step 100").contains("hart-1: 3 ± ");
        browser.point("h1", 0.5, 0.5, false);
        assertThat(browser.eval("document.querySelectorAll('.tip:not([hidden])').length")
                        .asInt())
                .isZero();
        assertThat(browser.complaints).isEmpty();
    }

    @Test
    void runsAreOverlaidAndCanBeHidden() throws Exception {
        Path page = folder.resolve("both.html");
        RunReport.write(List.of(sample("one", 5, 20).folder, sample("two", 3, 30).folder), page);
        browser.open(page);

        assertThat(browser.eval("[...document.querySelectorAll('.legend button')].map(b => b.innerText)"))
                .map(JsonNode::asText)
                .containsExactly("one", "two");
        String visible = "[...document.querySelectorAll('[data-stage=train] figure:first-child .line')]"
                + ".filter(e => e.getClientRects().length > 0 && getComputedStyle(e).display !== 'none')"
                + ".map(e => getComputedStyle(e).stroke)";
        assertThat(browser.eval(visible)).hasSize(2).doesNotHaveDuplicates();
        browser.point("[data-stage=train] svg", 0.5, 0.5, false);
        assertThat(browser.text("[data-stage=train] .tip:not([hidden])")).contains("one: ", "two: ");

        browser.point(".legend button:nth-child(1)", 0.5, 0.5, true);
        assertThat(browser.eval(visible)).hasSize(1);
        assertThat(browser.eval("document.querySelector('.legend button').ariaPressed")
                        .asText())
                .isEqualTo("false");
        browser.point("[data-stage=train] svg", 0.5, 0.5, false);
        assertThat(browser.text("[data-stage=train] .tip:not([hidden])"))
                .contains("two: ")
                .doesNotContain("one: ");
        browser.point(".legend button:nth-child(1)", 0.5, 0.5, true);
        assertThat(browser.eval(visible)).hasSize(2);
        assertNothingWentWrong(page);
    }

    /** Text stands out from its ground by 4.5 to 1, curves by 3 to 1 (WCAG 2), by day and by night; nothing is cut off. */
    @Test
    void thePageIsReadable() throws Exception {
        Path page = folder.resolve("six.html");
        List<Path> runs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            runs.add(sample("run-" + i, 3 + i, 20).folder);
        }
        RunReport.write(runs, page);
        browser.open(page);
        assertThat(browser.eval("document.documentElement.scrollWidth <= innerWidth")
                        .asBoolean())
                .isTrue();
        for (String scheme : List.of("light", "dark")) {
            browser.call(
                    "Emulation.setEmulatedMedia",
                    Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
            JsonNode colours =
                    browser.eval("(() => { const of = (s, p) => getComputedStyle(document.querySelector(s))[p];"
                            + " return {ground: of('figure', 'backgroundColor'), text: of('text.tick', 'fill'),"
                            + " page: of('body', 'backgroundColor'), ink: of('h1', 'color'),"
                            + " lines: [...document.querySelectorAll('figure:first-child .line')]"
                            + ".map(e => getComputedStyle(e).stroke)}; })()");
            assertThat(contrast(colours.path("text"), colours.path("ground"))).isGreaterThan(4.5);
            assertThat(contrast(colours.path("ink"), colours.path("page"))).isGreaterThan(7);
            assertThat(colours.path("lines"))
                    .hasSize(12)
                    .allSatisfy(line -> assertThat(contrast(line, colours.path("ground")))
                            .as(scheme + " " + line)
                            .isGreaterThan(3));
        }
        JsonNode clipped = browser.eval("[...document.querySelectorAll('figure svg')].flatMap(svg => {"
                + " const box = svg.getBoundingClientRect(); return [...svg.querySelectorAll('text')].filter(t => {"
                + " const b = t.getBoundingClientRect();"
                + " return b.left < box.left - 1 || b.right > box.right + 1 || b.bottom > box.bottom + 1; })"
                + ".map(t => t.textContent); })");
        assertThat(clipped).isEmpty();
    }

    /** WCAG's ratio of two colours of the form rgb(r, g, b). */
    private static double contrast(JsonNode one, JsonNode other) {
        double a = luminance(one.asText());
        double b = luminance(other.asText());
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(String rgb) {
        String[] parts = rgb.replaceAll("[^0-9,]", "").split(",");
        double[] weights = {0.2126, 0.7152, 0.0722};
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            double c = Integer.parseInt(parts[i]) / 255.0;
            sum += weights[i] * (c <= 0.03928 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4));
        }
        return sum;
    }
}

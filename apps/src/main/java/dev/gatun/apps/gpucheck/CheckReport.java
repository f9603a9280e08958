package dev.gatun.apps.gpucheck;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.Home;
import dev.gatun.apps.bench.Machine;
import dev.gatun.apps.gpucheck.GpuCheckCommand.What;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report of a check, for people and as JSON. */
final class CheckReport {
    private final String device;
    private final String description;
    private final List<Part.Outcome> outcomes;
    private final Map<What, List<TestResult>> tests;
    private final Path folder;
    private final StringBuilder page = new StringBuilder();

    CheckReport(
            String device,
            String description,
            List<Part.Outcome> outcomes,
            Map<What, List<TestResult>> tests,
            Path folder) {
        this.device = device;
        this.description = description.strip();
        this.outcomes = outcomes;
        this.tests = tests;
        this.folder = folder;
    }

    /** Writes {@code report.md} and {@code report.json}; returns the first. */
    Path write() throws IOException {
        Map<String, Object> machine = Machine.describe();
        page.append("# Check of ").append(device).append("\n\n");
        machine.forEach((key, value) -> line("- " + key + ": " + value));
        description.lines().forEach(each -> line("- " + each));
        page.append("\n| part | result | seconds |\n|---|---|---:|\n");
        outcomes.forEach(outcome -> line(String.format(
                Locale.ROOT, "| %s | %s | %.0f |", outcome.part().name(), result(outcome), outcome.seconds())));
        tests.forEach(this::tests);
        for (Part.Outcome outcome : outcomes) {
            log(outcome);
        }
        page.append("\n## Commands\n\n```sh\n");
        outcomes.forEach(outcome -> line(command(outcome.part())));
        page.append("```\n");
        Path report = folder.resolve("report.md");
        Files.writeString(report, page);
        json(machine);
        return report;
    }

    private void line(String text) {
        page.append(text).append('\n');
    }

    private static String result(Part.Outcome outcome) {
        return outcome.succeeded() ? "done" : "FAILED with exit code " + outcome.exitCode();
    }

    private void tests(What what, List<TestResult> results) {
        page.append("\n## Tests: ")
                .append(what == What.GOLDEN ? "golden numbers on " + device : "GPU")
                .append("\n\n");
        line(count(results, TestResult.Status.PASSED) + " passed, " + count(results, TestResult.Status.FAILED)
                + " failed, " + count(results, TestResult.Status.SKIPPED) + " skipped.");
        page.append('\n');
        for (TestResult test : results) {
            if (test.status() != TestResult.Status.PASSED) {
                line("- " + test.status() + " " + test.name() + ": " + oneLine(test.message()));
            }
        }
    }

    private static long count(List<TestResult> results, TestResult.Status status) {
        return results.stream().filter(test -> test.status() == status).count();
    }

    private static String oneLine(String message) {
        String line = message.strip().replaceAll("\\s+", " ");
        return line.length() > 400 ? line.substring(0, 400) + "…" : line;
    }

    /** All of doctor, the errors that the golden tests found, the page of the benchmarks, the end of what failed. */
    private void log(Part.Outcome outcome) throws IOException {
        Path bench = folder.resolve("gpu.md");
        switch (outcome.part().name()) {
            case "doctor" -> block("doctor", outcome.log());
            case "golden" -> block("Errors against golden numbers", grep(outcome.log(), "golden "));
            case "bench" -> {
                if (Files.exists(bench)) {
                    page.append('\n').append(Files.readString(bench).replaceAll("(?m)^#", "##"));
                }
            }
            default -> {}
        }
        if (!outcome.succeeded()) {
            List<String> lines = outcome.log().lines().toList();
            block(
                    "The end of " + outcome.part().name() + ".log",
                    String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size())));
        }
    }

    private static String grep(String log, String begin) {
        return String.join(
                "\n", log.lines().filter(line -> line.startsWith(begin)).toList());
    }

    private void block(String title, String text) {
        page.append("\n## ")
                .append(title)
                .append("\n\n```text\n")
                .append(text.strip())
                .append("\n```\n");
    }

    /** As it can be typed: without class paths and the names of this machine's folders. */
    private static String command(Part part) {
        StringBuilder line = new StringBuilder();
        List<String> words = part.command();
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals("-cp")) {
                i++;
            } else if (i > 0 && !words.get(i).startsWith("-D" + Home.PROPERTY)) {
                line.append(' ').append(words.get(i));
            }
        }
        return "java" + line.toString().replace(Home.folder().toString(), ".");
    }

    private void json(Map<String, Object> machine) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("device", device);
        json.put("machine", machine);
        json.put("description", description.lines().toList());
        Map<String, Object> parts = new LinkedHashMap<>();
        outcomes.forEach(outcome ->
                parts.put(outcome.part().name(), Map.of("exitCode", outcome.exitCode(), "seconds", outcome.seconds())));
        json.put("parts", parts);
        json.put("tests", tests);
        Path bench = folder.resolve("gpu.json");
        if (outcomes.stream().anyMatch(outcome -> outcome.part().name().equals("bench")) && Files.exists(bench)) {
            json.put("bench", new ObjectMapper().readTree(bench.toFile()));
        }
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(folder.resolve("report.json").toFile(), json);
    }
}

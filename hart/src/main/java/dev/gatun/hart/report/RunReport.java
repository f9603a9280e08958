package dev.gatun.hart.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/**
 * A page about one run or several laid over each other: one file that needs nothing but a browser, loads nothing and sends
 * nothing. Its content security policy allows the page's own script alone, so even a prediction that looks like a script
 * stays text.
 */
public final class RunReport {
    /** The page's name in a run's folder. */
    public static final String FILE = "report.html";

    private RunReport() {}

    /** Writes {@code report.html} into a run's folder, which a run may be writing to. Throws {@link ReportException}. */
    public static void write(Path run) {
        write(List.of(run), run.resolve(FILE));
    }

    /**
     * Writes a page about {@code runs}.
     *
     * @param runs run folders, finished or not
     * @param file where to; written beside it and renamed, so that a browser never loads half a page
     * @throws ReportException if a folder is no run or the file cannot be written
     */
    public static void write(List<Path> runs, Path file) {
        if (runs.isEmpty()) {
            throw new ReportException("a report needs a run: give the folder of one");
        }
        String page = page(runs.stream().map(RunData::read).toList());
        // Of each writer's own: a run and a command may write the same report. And not createTempFile, whose files only
        // the owner may read.
        Path beside = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid() + "-" + System.nanoTime() + ".tmp");
        try {
            if (file.toAbsolutePath().getParent() != null) {
                Files.createDirectories(file.toAbsolutePath().getParent());
            }
            try {
                Files.writeString(beside, page);
                Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw new ReportException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static String page(List<RunData> runs) {
        String script = resource("report.js");
        String title = runs.size() == 1
                ? runs.getFirst().name()
                : String.join(", ", runs.stream().map(RunData::name).toList());
        return """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src '%s'">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>%s · Gatun</title>
                <style>
                %s%s</style></head><body><main>
                <h1>%s</h1>
                %s%s%s%s%s%s</main>
                <script>%s</script></body></html>
                """.formatted(
                        hash(script),
                        Html.escape(title),
                        resource("report.css"),
                        RunsSection.colours(runs.size()),
                        Html.escape(title),
                        RunsSection.html(runs),
                        CurvesSection.html(runs),
                        ScoresSection.html(runs),
                        AttentionSection.html(runs),
                        ExamplesSection.html(runs),
                        ConfigSection.html(runs),
                        script);
    }

    private static String hash(String script) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = RunReport.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

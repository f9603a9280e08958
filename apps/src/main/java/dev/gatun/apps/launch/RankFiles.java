package dev.gatun.apps.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The files of one rank in one attempt: what it wrote, and the exception that ended it. */
record RankFiles(Path folder) {
    /** Makes {@code RUN/attempt_N/LOCAL_RANK}, as torchrun does. */
    static RankFiles create(Path run, int attempt, int localRank) throws IOException {
        RankFiles files = new RankFiles(
                Files.createDirectories(run.resolve("attempt_" + attempt).resolve(Integer.toString(localRank))));
        // Attempts are counted anew when the launcher that decides was started again: what failed before has not failed
        // now.
        Files.deleteIfExists(files.error());
        return files;
    }

    Path out() {
        return folder.resolve("stdout.log");
    }

    Path err() {
        return folder.resolve("stderr.log");
    }

    Path error() {
        return folder.resolve("error.json");
    }

    /** The file to read after a failure: that of stderr if there is anything in it; empty if no output went to a file. */
    String log() {
        return Stream.of(err(), out())
                .filter(Files::exists)
                .max(Comparator.comparing(file -> file.toFile().length() > 0))
                .map(Path::toString)
                .orElse("");
    }

    /** The last line that was written to {@link #log}; empty if there is none. */
    String lastLine() {
        try (Stream<String> lines = Files.lines(Path.of(log()), StandardCharsets.ISO_8859_1)) {
            String last = lines.filter(line -> !line.isBlank()).reduce("", (_, next) -> next);
            // Every byte is a character of Latin 1, so nothing that a program writes is too odd to be read; most is
            // UTF-8.
            return new String(last.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }
}

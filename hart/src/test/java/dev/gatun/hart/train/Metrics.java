package dev.gatun.hart.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What of a run's metrics must be the same when it is repeated: all but how long things took. */
public final class Metrics {
    private static final String TIMES =
            ",\"(seconds|examples_per_second|wait_share|straggler)\":[^,}]*|,\"rank_seconds\":\\[[^]]*]";

    private Metrics() {}

    /** The lines of a {@code metrics.jsonl}. */
    public static List<String> withoutTimes(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.replaceAll(TIMES, ""))
                .toList();
    }
}

package dev.gatun.apps.launch;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What the launcher says last about a run that failed: which ranks, and where it began, with the file to read on. */
final class Summary {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final int STACK_LINES = 20;

    private Summary() {}

    /**
     * The failure in which the others began: the earliest of those that did not come from another rank's end.
     *
     * @param failures one at least
     */
    static RankFailure first(List<RankFailure> failures) {
        return failures.stream()
                .min(Comparator.comparing(RankFailure::isConsequence).thenComparing(RankFailure::timeMillis))
                .orElseThrow();
    }

    /** Several lines, the last of which names the first failing rank's log file. */
    static String of(List<RankFailure> failures, List<String> oddities) {
        RankFailure first = first(failures);
        StringBuilder text = new StringBuilder();
        failures.stream()
                .filter(other -> other != first)
                .sorted(Comparator.comparing(RankFailure::timeMillis))
                .forEach(other -> text.append("gatun launch: then failed rank ")
                        .append(heading(other))
                        .append(other.message().isEmpty() ? "" : ": " + other.message())
                        .append('\n'));
        for (String odd : oddities) {
            text.append("gatun launch: ").append(odd).append('\n');
        }
        text.append("gatun launch: the first failure was that of rank ")
                .append(heading(first))
                .append('\n');
        if (!first.message().isEmpty()) {
            text.append("  ").append(first.message()).append('\n');
        }
        first.stack()
                .lines()
                .filter(line -> !line.contains(first.message()))
                .limit(STACK_LINES)
                .forEach(line -> text.append("  ").append(line).append('\n'));
        return text.append("  log file: ")
                .append(first.log().isEmpty() ? "none was written; --tee 3 writes one" : first.log())
                .append('\n')
                .toString();
    }

    private static String heading(RankFailure failure) {
        boolean lost = failure.exitCode() == RankFailure.LOST;
        String process = lost ? "" : " (local rank " + failure.localRank() + ", pid " + failure.pid() + ")";
        String when = CLOCK.format(Instant.ofEpochMilli(failure.timeMillis()));
        return failure.rank() + process + " on " + failure.host() + " at " + when + ", " + failure.ending();
    }
}

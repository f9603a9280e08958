package dev.gatun.nn.distributed;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Words of messages about ranks. */
final class Words {
    private Words() {}

    /** {@code rank 1}, {@code ranks 1, 3}. */
    static String ranks(List<Integer> ranks) {
        return (ranks.size() == 1 ? "rank " : "ranks ")
                + ranks.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }
}

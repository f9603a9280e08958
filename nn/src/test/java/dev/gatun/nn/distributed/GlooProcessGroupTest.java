package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GlooProcessGroupTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void twoProcessesReduceBroadcastGatherAndScatter() {
        try (Ranks ranks = Ranks.start(2, CollectivesMain.class)) {
            List<String> outputs = ranks.succeed(LIMIT);
            assertThat(outputs).allSatisfy(out -> assertThat(withoutGloo(out)).isEqualTo(CollectivesMain.expected(2)));
        }
    }

    /** Gloo greets on the standard output. */
    private static String withoutGloo(String out) {
        return out.lines()
                .filter(line -> !line.startsWith("[Gloo]"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }
}

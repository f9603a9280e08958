package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class GlooProcessGroupTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void twoProcessesReduceBroadcastGatherAndScatter() {
        try (Ranks ranks = Ranks.start(2, CollectivesMain.class)) {
            List<String> outputs = ranks.succeed(LIMIT);
            assertThat(outputs).allSatisfy(out -> assertThat(out).isEqualTo(CollectivesMain.expected(2)));
        }
    }
}

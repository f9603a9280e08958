package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.libtorch.LibTorch;
import dev.gatun.nn.distributed.Ranks.Result;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Processes that work together, and what the others say when one of them does not. */
@Timeout(300)
class GlooProcessGroupTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int TIMEOUT_MILLIS = 5000;
    private static final int FAULT = 3;
    private static final int NEVER = -1;

    @BeforeAll
    static void needsMavensLibtorch() {
        MavenLibtorch.assume();
    }

    @Test
    void fourProcessesReduceBroadcastGatherAndScatter() {
        try (Ranks ranks = Ranks.start(4, CollectivesMain.class)) {
            List<String> outputs = ranks.succeed(LIMIT);
            assertThat(outputs).containsOnly(CollectivesMain.expected(4));
        }
    }

    @Test
    void anotherLibtorchIsRefusedByName() {
        Path folder = LibTorch.load().libraries().stream()
                .filter(library -> library.name().equals("libtorch_cpu.so"))
                .findFirst()
                .orElseThrow()
                .path()
                .getParent();
        Map<String, String> other = Map.of("GATUN_LIBTORCH", folder.toString());
        try (Ranks ranks = Ranks.start(2, other, CollectivesMain.class)) {
            Result result = ranks.await(0, LIMIT);
            assertThat(result.status()).isOne();
            assertThat(result.err())
                    .contains(
                            "works with the libtorch from Maven (org.bytedeco:pytorch) only, and this one is " + folder)
                    .contains("unset GATUN_LIBTORCH");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, halt, 137, gives no sign of life",
        "1, exit, 0, gives no sign of life",
        "1, leave, 0, has left the group after 13 operations"
    })
    void aRankThatEndsIsNamedAtOnce(int culprit, String how, int status, String words) {
        try (Ranks ranks = Ranks.start(2, StepsMain.class, TIMEOUT_MILLIS, culprit, 7, how)) {
            List<Result> results = ranks.await(LIMIT);
            assertThat(results.get(culprit).status()).isEqualTo(status);
            blames(results.get(1 - culprit), culprit, words, TIMEOUT_MILLIS);
        }
    }

    @Test
    void aRankThatIsStoppedOrLateIsNamedWhenTheTimeIsOver() {
        // All wait for the same time: at once.
        try (Ranks stopped = Ranks.start(3, StepsMain.class, TIMEOUT_MILLIS, 1, NEVER, "");
                Ranks late = Ranks.start(2, StepsMain.class, TIMEOUT_MILLIS, 0, 7, "sleep")) {
            stopped.awaitOutput(2, "under way", LIMIT);
            stopped.signal(1, "STOP");
            List<Result> others = new ArrayList<>(List.of(stopped.await(0, LIMIT), stopped.await(2, LIMIT)));
            assertThat(others).allSatisfy(other -> blames(other, 1, "gives no sign of life", 2 * TIMEOUT_MILLIS));
            blames(
                    late.await(1, LIMIT),
                    0,
                    "has not come to it; it has begun 8 operations, the last all_reduce",
                    2 * TIMEOUT_MILLIS);
        }
    }

    private static void blames(Result result, int culprit, String words, int millis) {
        assertThat(result.status()).as(result.out() + result.err()).isEqualTo(FAULT);
        String message = result.out().lines().toList().getLast();
        assertThat(message)
                .contains("at fault [" + culprit + "]: all_reduce AVG of float32[1024] (operation ")
                .contains("rank " + culprit + " " + words);
        int taken = Integer.parseInt(message.replaceFirst("after (\\d+) ms.*", "$1"));
        assertThat(taken).as(message).isLessThan(millis);
    }
}

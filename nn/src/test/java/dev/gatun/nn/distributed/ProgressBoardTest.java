package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a rank knows of another one that has written its progress once and never again. */
class ProgressBoardTest {
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final Duration MEETING = Duration.ofSeconds(60);

    private static Rendezvous join(int rank, int port) {
        return Rendezvous.join(new RankInfo(rank, 2, rank, 2, 0, "127.0.0.1", port, 0, true, ""), MEETING);
    }

    /** However few looks there were by then: here there was none. */
    @ParameterizedTest
    @CsvSource({"0, failed after", "1, took longer than the group's timeout of 0.5 s"})
    void whoIsSilentIsNamedHoweverFewLooksThereWere(int timeouts, String words) {
        try (TcpStoreServer server = new TcpStoreServer(0)) {
            CompletableFuture<Rendezvous> joining = CompletableFuture.supplyAsync(() -> join(1, server.port()));
            try (Rendezvous meeting = join(0, server.port());
                    Rendezvous silent = joining.join();
                    ProgressBoard board = new ProgressBoard(meeting, TIMEOUT)) {
                silent.store().set("progress/1", new RankProgress().beat().getBytes(StandardCharsets.UTF_8));
                long number = board.begin("barrier");
                DistributedException failure =
                        board.failure(number, "barrier", TIMEOUT.multipliedBy(timeouts), "", null);
                assertThat(failure).hasMessageContaining(words).hasMessageContaining("rank 1 gives no sign of life");
                assertThat(failure.ranks()).containsExactly(1);
            }
        }
    }
}

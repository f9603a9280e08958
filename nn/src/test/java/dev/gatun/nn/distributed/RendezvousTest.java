package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RendezvousTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private static RankInfo rank(int rank, int port, int restarts) {
        return new RankInfo(rank, 2, rank, 2, 0, "127.0.0.1", port, restarts, false, "");
    }

    private static int freePort() {
        try (TcpStoreServer probe = new TcpStoreServer(0)) {
            return probe.port();
        }
    }

    /** Both ranks meet; returns what rank 1 reads under the key, which rank 0 sets if told to. */
    private static boolean meet(int port, int restarts, boolean set) {
        CompletableFuture<Boolean> seen = CompletableFuture.supplyAsync(() -> {
            try (Rendezvous meeting = Rendezvous.join(rank(1, port, restarts), TIMEOUT)) {
                KeyValueStore store = meeting.store();
                store.waitFor(TIMEOUT, "decided");
                return store.check("key");
            }
        });
        try (Rendezvous meeting = Rendezvous.join(rank(0, port, restarts), TIMEOUT)) {
            assertThat(meeting.info().rank()).isZero();
            assertThat(meeting.timeout()).isEqualTo(TIMEOUT);
            assertThat(meeting.localAddress().isLoopbackAddress()).isTrue();
            assertThat(LocalAddress.choose(meeting)).isEqualTo(meeting.localAddress());
            if (set) {
                meeting.store().set("key", new byte[0]);
            }
            meeting.store().set("decided", new byte[0]);
            return seen.join();
        }
    }

    @Test
    void rankZeroHostsTheStoreAndNoMeetingSeesTheKeysOfAnother() {
        int port = freePort();
        assertThat(meet(port, 0, true)).isTrue();
        assertThat(meet(port, 0, false)).isFalse();
        assertThat(meet(port, 1, false)).isFalse();
        assertThat(meet(port, 1, true)).isTrue();
    }

    @Test
    void aStoreThatIsNowhereIsNamed() {
        int port = freePort();
        assertThatThrownBy(() -> Rendezvous.join(rank(1, port, 0), Duration.ofMillis(300)))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("cannot reach the store at 127.0.0.1:" + port + " within 0.3 s")
                .hasMessageContaining("is rank 0 or the launcher running on 127.0.0.1");
    }

    @Test
    void anInterruptedMeetingEnds() throws InterruptedException {
        try (TcpStoreServer server = new TcpStoreServer(0)) {
            CompletableFuture<String> message = new CompletableFuture<>();
            RankInfo info = new RankInfo(0, 2, 0, 2, 0, "127.0.0.1", server.port(), 0, true, "");
            Thread waiting = new Thread(() -> {
                try {
                    Rendezvous.join(info, TIMEOUT).close();
                    message.complete("met");
                } catch (DistributedException e) {
                    message.complete(e.getMessage() + Thread.currentThread().isInterrupted());
                }
            });
            waiting.start();
            Thread.sleep(300);
            waiting.interrupt();
            assertThat(message.join()).contains("interrupted").endsWith("true");
        }
    }
}

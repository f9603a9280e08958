package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpStoreTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final TcpStoreServer server = new TcpStoreServer(0);
    private final TcpStore store = new TcpStore("127.0.0.1", server.port(), TIMEOUT);

    @AfterEach
    void close() {
        store.close();
        store.close();
        server.close();
        server.close();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void everyCommand() {
        StoreCommands.exercise(store);
    }

    @Test
    void aPrefixKeepsKeysApart() {
        KeyValueStore a = new PrefixStore("a", store);
        StoreCommands.exercise(a);
        a.set("k", bytes("1"));
        assertThat(store.check("k")).isFalse();
        assertThat(store.get("a/k")).asString().isEqualTo("1");
    }

    @Test
    void aWaitEndsWhenAnotherClientSetsTheLastKey() throws Exception {
        CompletableFuture<byte[]> got = CompletableFuture.supplyAsync(() -> {
            try (TcpStore other = new TcpStore("localhost", server.port(), TIMEOUT)) {
                other.waitFor(TIMEOUT, "one", "two");
                return other.get("two");
            }
        });
        store.set("one", bytes("1"));
        Thread.sleep(100);
        assertThat(got).isNotDone();
        store.set("two", bytes("2"));
        assertThat(got.get(10, TimeUnit.SECONDS)).asString().isEqualTo("2");
    }

    @Test
    void aWaitEndsInTimeAndNamesTheKeys() {
        store.set("there", bytes(""));
        long start = System.nanoTime();
        assertThatThrownBy(() -> store.waitFor(Duration.ofMillis(200), "there", "x", "y"))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("nobody has set x, y")
                .hasMessageContaining("within 0.2 s");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(200), Duration.ofSeconds(5));
        // The connection is as good as before.
        assertThat(store.get("there")).isEmpty();
    }

    @Test
    void largeAndManyValuesOfManyClients() {
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        byte[] large = new byte[StoreProtocol.MAX_VALUE_BYTES];
        large[large.length - 1] = 7;
        for (int i = 0; i < 8; i++) {
            int number = i;
            clients.add(CompletableFuture.runAsync(() -> {
                try (TcpStore client = new TcpStore("127.0.0.1", server.port(), TIMEOUT)) {
                    for (int j = 0; j < 200; j++) {
                        client.add("sum", number);
                    }
                    client.set("large" + number % 2, large);
                }
            }));
        }
        clients.forEach(CompletableFuture::join);
        assertThat(store.add("sum", 0)).isEqualTo(200 * 28);
        assertThat(store.get("large1")).isEqualTo(large);
    }

    @Test
    void whatTheProtocolCannotCarryIsRefusedBeforeItIsSent() {
        assertThatThrownBy(() -> store.set("k", new byte[StoreProtocol.MAX_VALUE_BYTES + 1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 8388608 bytes");
        assertThatThrownBy(() -> store.get("k".repeat(9000))).hasMessageContaining("at most 8191 bytes");
        assertThatThrownBy(store::check).hasMessageContaining("1 to 131072 keys");
        assertThatThrownBy(() -> store.multiSet(List.of("a"), List.of())).hasMessageContaining("1 keys and 0 values");
        assertThat(store.numKeys()).isZero();
    }

    @Test
    void addToSomethingElseThanANumberEndsTheConnectionOnly() {
        store.set("k", bytes("text"));
        assertThatThrownBy(() -> store.add("k", 1))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("add to 'k'")
                .hasMessageContaining("hung up");
        try (TcpStore other = new TcpStore("127.0.0.1", server.port(), TIMEOUT)) {
            assertThat(other.get("k")).asString().isEqualTo("text");
        }
    }

    @Test
    void whoSpeaksNoneOfThisIsHungUpOn() throws IOException {
        for (byte[] noise : List.of(bytes("GET / HTTP/1.1\r\n\r\n"), new byte[] {0, 1, 2, 3, 4}, new byte[] {99})) {
            try (Socket socket = new Socket("127.0.0.1", server.port())) {
                socket.setSoTimeout(5000);
                socket.getOutputStream().write(noise);
                socket.getOutputStream().flush();
                assertThat(socket.getInputStream().read()).isNegative();
            }
        }
        assertThat(store.numKeys()).isZero();
    }

    @Test
    void aServerThatIsGoneIsAnError() {
        server.close();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        store.add("k", 1);
                    }
                })
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("the store at 127.0.0.1:" + server.port());
        assertThatThrownBy(() -> store.get("k")).isInstanceOf(DistributedException.class);
        assertThatThrownBy(() -> new TcpStore("127.0.0.1", server.port(), Duration.ofMillis(300)))
                .hasMessageContaining("cannot reach the store at 127.0.0.1:" + server.port() + " within 0.3 s");
    }

    @Test
    void aServerThatDoesNotAnswerIsAnErrorInTime() throws IOException {
        try (ServerSocket silent = new ServerSocket()) {
            silent.bind(new InetSocketAddress("127.0.0.1", 0));
            long start = System.nanoTime();
            assertThatThrownBy(() -> new TcpStore("127.0.0.1", silent.getLocalPort(), Duration.ofMillis(500)))
                    .hasMessageContaining("it does not answer");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void aClientMayComeBeforeTheServer() throws Exception {
        int port;
        try (TcpStoreServer gone = new TcpStoreServer(0)) {
            port = gone.port();
        }
        CompletableFuture<Long> keys = CompletableFuture.supplyAsync(() -> {
            try (TcpStore early = new TcpStore("127.0.0.1", port, TIMEOUT)) {
                return early.numKeys();
            }
        });
        Thread.sleep(300);
        try (TcpStoreServer late = new TcpStoreServer(port)) {
            assertThat(keys.get(10, TimeUnit.SECONDS)).isZero();
            assertThatThrownBy(() -> new TcpStoreServer(late.port())).hasMessageContaining("another MASTER_PORT");
        }
    }

    @Test
    void closingEndsAWaitOfAnotherThread() throws Exception {
        CompletableFuture<String> message = CompletableFuture.supplyAsync(() -> {
            try {
                store.get("never");
                return "";
            } catch (DistributedException e) {
                return e.getMessage();
            }
        });
        Thread.sleep(200);
        store.close();
        assertThat(message.get(5, TimeUnit.SECONDS)).contains("closed");
    }
}

package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.ByteVector;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our store and c10d's own talk to each other. */
@Timeout(120)
class C10dStoreTest {
    @BeforeAll
    static void load() {
        MavenLibtorch.assume();
        GlooBackend.requireLibtorch();
    }

    private static TCPStore c10d(int port, boolean server, boolean libuv, long millis) {
        TCPStoreOptions options = new TCPStoreOptions();
        options.port((short) port)
                .isServer(server)
                .waitWorkers(false)
                .useLibUV(libuv)
                .timeout(new Milliseconds(millis));
        return new TCPStore("127.0.0.1", options);
    }

    private static ByteVector bytes(String text) {
        return new ByteVector(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ByteVector bytes) {
        byte[] array = new byte[(int) bytes.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = bytes.get(i);
        }
        return new String(array, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ourClientOnTheirServers(boolean libuv) {
        try (TCPStore theirs = c10d(0, true, libuv, 10_000);
                TcpStore ours =
                        new TcpStore("127.0.0.1", Short.toUnsignedInt(theirs.getPort()), Duration.ofSeconds(10))) {
            assertThat(theirs.isLibUvBackend()).isEqualTo(libuv);
            StoreCommands.exercise(ours);
            // Both see the same keys.
            theirs.set("theirs", bytes("t"));
            assertThat(ours.get("theirs")).asString().isEqualTo("t");
            ours.set("ours", new byte[] {'o'});
            assertThat(text(theirs.get("ours"))).isEqualTo("o");
        }
    }

    @Test
    void theirClientOnOurServer() {
        try (TcpStoreServer server = new TcpStoreServer(0);
                TCPStore store = c10d(server.port(), false, true, 2_000)) {
            store.set("a", bytes("1"));
            assertThat(text(store.get("a"))).isEqualTo("1");
            assertThat(store.add("n", 5)).isEqualTo(5);
            assertThat(store.add("n", -7)).isEqualTo(-2);
            assertThat(store.check(new StringVector("a", "n"))).isTrue();
            assertThat(store.check(new StringVector("a", "absent"))).isFalse();
            assertThat(text(store.compareSet("a", bytes("1"), bytes("2")))).isEqualTo("2");
            assertThat(text(store.compareSet("a", bytes("1"), bytes("3")))).isEqualTo("2");
            assertThat(text(store.compareSet("new", bytes(""), bytes("4")))).isEqualTo("4");
            store.append("a", bytes("34"));
            assertThat(text(store.get("a"))).isEqualTo("234");
            assertThat(store.getNumKeys()).isEqualTo(3);
            assertThat(store.deleteKey("n")).isTrue();
            assertThat(store.deleteKey("n")).isFalse();
            store.queuePush("q", bytes("x"));
            store.queuePush("q", bytes("yy"));
            assertThat(store.queueLen("q")).isEqualTo(2);
            assertThat(text(store.queuePop("q", true))).isEqualTo("x");
            assertThat(text(store.queuePop("q", false))).isEqualTo("yy");
            assertThat(store.listKeys().get())
                    .extracting(key -> key.getString())
                    .contains("a", "new");
            assertThatThrownBy(() -> store._wait(new StringVector("a", "absent"), new Milliseconds(200)))
                    .isInstanceOf(RuntimeException.class);
            // The wait was taken back: the connection goes on.
            assertThat(text(store.get("new"))).isEqualTo("4");
        }
    }
}

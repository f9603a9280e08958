package dev.gatun.nn.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** What every store must do, whoever serves it. */
final class StoreCommands {
    private StoreCommands() {}

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Uses every method of a store that has none of its keys. */
    static void exercise(KeyValueStore store) {
        long before = store.numKeys();
        store.set("a", bytes("1"));
        assertThat(store.get("a")).asString().isEqualTo("1");
        store.set("a", new byte[0]);
        assertThat(store.get("a")).isEmpty();
        store.set("schlüssel", new byte[] {0, -1, 127});
        assertThat(store.get("schlüssel")).containsExactly(0, -1, 127);
        assertThat(store.add("n", 5)).isEqualTo(5);
        assertThat(store.add("n", -7)).isEqualTo(-2);
        assertThat(store.get("n")).asString().isEqualTo("-2");
        assertThat(store.check("a", "n")).isTrue();
        assertThat(store.check("a", "absent")).isFalse();
        assertThat(store.compareSet("a", bytes(""), bytes("2"))).asString().isEqualTo("2");
        assertThat(store.compareSet("a", bytes("x"), bytes("3"))).asString().isEqualTo("2");
        assertThat(store.compareSet("new", bytes(""), bytes("4"))).asString().isEqualTo("4");
        assertThat(store.compareSet("absent", bytes("x"), bytes("5")))
                .asString()
                .isEqualTo("x");
        assertThat(store.check("absent")).isFalse();
        store.append("a", bytes("34"));
        store.append("b", bytes("5"));
        store.multiSet(List.of("c", "d"), List.of(bytes("6"), bytes("78")));
        assertThat(store.multiGet(List.of("d", "a", "b", "c")))
                .extracting(value -> new String(value, StandardCharsets.UTF_8))
                .containsExactly("78", "234", "5", "6");
        store.waitFor(Duration.ofSeconds(5), "a", "b");
        assertThatThrownBy(() -> store.waitFor(Duration.ofMillis(50), "a", "absent"))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("absent");
        assertThat(store.numKeys() - before).isEqualTo(7);
        assertThat(store.deleteKey("a")).isTrue();
        assertThat(store.deleteKey("a")).isFalse();
        assertThat(store.numKeys() - before).isEqualTo(6);
    }
}

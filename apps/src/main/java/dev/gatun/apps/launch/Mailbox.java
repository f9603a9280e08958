package dev.gatun.apps.launch;

import dev.gatun.nn.distributed.KeyValueStore;
import java.util.Optional;

/**
 * A queue of messages in a store, from one sender to one receiver. The sender counts for itself, so that a message is there
 * as a whole or not at all: one who ends while sending leaves no gap behind which later messages would not be found.
 */
final class Mailbox {
    private final KeyValueStore store;
    private final String prefix;
    private long sent;
    private long received;

    Mailbox(KeyValueStore store, String prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    void send(Message message) {
        store.set(prefix + "/" + ++sent, message.toBytes());
    }

    /**
     * The next message if there is one.
     *
     * @throws java.io.UncheckedIOException if it is not to be understood; the next call goes on behind it
     */
    Optional<Message> receive() {
        String key = prefix + "/" + (received + 1);
        if (!store.check(key)) {
            return Optional.empty();
        }
        byte[] bytes = store.get(key);
        store.deleteKey(key);
        received++;
        return Optional.of(Message.of(bytes));
    }
}

package dev.gatun.apps.launch;

import dev.gatun.nn.distributed.KeyValueStore;
import java.util.Optional;

/** A queue of messages in a store: any number of senders, one receiver. */
final class Mailbox {
    private final KeyValueStore store;
    private final String prefix;
    private long received;

    Mailbox(KeyValueStore store, String prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    void send(Message message) {
        store.set(prefix + "/" + store.add(prefix + "/count", 1), message.toBytes());
    }

    /** The next message if there is one. */
    Optional<Message> receive() {
        String key = prefix + "/" + (received + 1);
        if (!store.check(key)) {
            return Optional.empty();
        }
        Message message = Message.of(store.get(key));
        store.deleteKey(key);
        received++;
        return Optional.of(message);
    }
}

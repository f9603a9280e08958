package dev.gatun.apps.launch;

import dev.gatun.nn.distributed.DistributedException;
import dev.gatun.nn.distributed.KeyValueStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A launcher's connection to the one that decides. All talk is on a thread of its own, so that a network that is silent never
 * keeps the launcher from looking after its ranks.
 */
final class Link implements AutoCloseable {
    /** More between two looks means that this process stood still, and not that the other side was silent. */
    private static final long LONGEST_LOOK_NANOS = 1_000_000_000L;

    private final int node;
    private final String name;
    private final KeyValueStore store;
    private final Mailbox inbox;
    private final Mailbox outbox;
    private final String beat;
    private final long intervalMillis;
    private final Duration keepAlive;
    private final Queue<Message> received = new ConcurrentLinkedQueue<>();
    private final Queue<Message> toSend = new ConcurrentLinkedQueue<>();
    private volatile long contacts;
    private volatile boolean failed;
    private volatile boolean closed;
    // Of the thread that asks.
    private long seenContacts;
    private long silentNanos;
    private long lookedAt = System.nanoTime();

    /** Counts the machines that have come, and so numbers them. */
    static final String NODES = "nodes";

    /** Joins the run as a new machine; from now on {@code store} is this object's. */
    Link(KeyValueStore store, Message.Member member, Duration interval, Duration keepAlive) {
        this.store = store;
        String coordinator = new String(store.get(Coordinator.NAME), StandardCharsets.UTF_8);
        this.node = Math.toIntExact(store.add(NODES, 1));
        this.name = coordinator + "/" + node;
        this.inbox = new Mailbox(store, inboxOf(node));
        this.outbox = new Mailbox(store, outboxOf(node));
        this.beat = beatOf(node);
        this.intervalMillis = Math.max(1, interval.toMillis());
        this.keepAlive = keepAlive;
        toSend.add(Message.join(member));
        Thread.ofPlatform().daemon().name("gatun-link").start(this::talk);
    }

    static String inboxOf(int node) {
        return "node/" + node;
    }

    static String outboxOf(int node) {
        return "coordinator/" + node;
    }

    static String beatOf(int node) {
        return "beat/" + node;
    }

    private void talk() {
        try {
            while (!closed) {
                store.add(beat, 1);
                int sent = 0;
                for (Message next : toSend) {
                    outbox.send(next);
                    sent++;
                }
                for (Optional<Message> next = inbox.receive(); next.isPresent(); next = inbox.receive()) {
                    received.add(next.get());
                }
                // The store has answered since, so it has them.
                for (; sent > 0; sent--) {
                    toSend.remove();
                }
                contacts++;
                Thread.sleep(intervalMillis);
            }
        } catch (DistributedException e) {
            failed = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the coordinator knows this machine by. */
    String name() {
        return name;
    }

    void send(Message message) {
        toSend.add(message);
    }

    /** The next message, or null if there is none yet. */
    Message receive() {
        return received.poll();
    }

    /** The message that {@link #receive} would return. */
    Message peek() {
        return received.peek();
    }

    /** Whether the other side has gone, or has been silent for too long. Only one thread may ask. */
    boolean isLost() {
        long now = System.nanoTime();
        silentNanos = contacts == seenContacts ? silentNanos + Math.min(now - lookedAt, LONGEST_LOOK_NANOS) : 0;
        seenContacts = contacts;
        lookedAt = now;
        return failed || silentNanos > keepAlive.toNanos();
    }

    /** Whether all has been sent, and has arrived. */
    boolean isFlushed() {
        return toSend.isEmpty();
    }

    @Override
    public void close() {
        closed = true;
        store.close();
    }
}

package dev.gatun.apps.launch;

import dev.gatun.nn.distributed.DistributedException;
import dev.gatun.nn.distributed.KeyValueStore;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A launcher's connection to the one that decides. All talk is on a thread of its own, so that a network that is silent never
 * keeps the launcher from looking after its ranks.
 */
final class Link implements AutoCloseable {
    private final int node;
    private final KeyValueStore store;
    private final Mailbox inbox;
    private final Mailbox outbox;
    private final String beat;
    private final long intervalMillis;
    private final Duration keepAlive;
    private final Queue<Message> received = new ConcurrentLinkedQueue<>();
    private final Queue<Message> toSend = new ConcurrentLinkedQueue<>();
    private volatile long lastContact = System.nanoTime();
    private volatile boolean failed;
    private volatile boolean closed;

    /** Counts the machines that have come, and so numbers them. */
    static final String NODES = "nodes";

    /** Joins the run as a new machine; from now on {@code store} is this object's. */
    Link(KeyValueStore store, Message.Member member, Duration interval, Duration keepAlive) {
        this.store = store;
        this.node = Math.toIntExact(store.add(NODES, 1));
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
                for (Message next = toSend.peek(); next != null; next = toSend.peek()) {
                    outbox.send(next);
                    toSend.remove();
                }
                for (Optional<Message> next = inbox.receive(); next.isPresent(); next = inbox.receive()) {
                    received.add(next.get());
                }
                lastContact = System.nanoTime();
                Thread.sleep(intervalMillis);
            }
        } catch (DistributedException e) {
            failed = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    int node() {
        return node;
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

    /** Whether the other side has gone, or has been silent for too long. */
    boolean isLost() {
        return failed || System.nanoTime() - lastContact > keepAlive.toNanos();
    }

    /** Whether all has been sent. */
    boolean isFlushed() {
        return toSend.isEmpty();
    }

    @Override
    public void close() {
        closed = true;
        store.close();
    }
}

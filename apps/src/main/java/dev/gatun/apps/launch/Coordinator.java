package dev.gatun.apps.launch;

import dev.gatun.apps.launch.Rendezvous.Ending;
import dev.gatun.nn.distributed.DistributedException;
import dev.gatun.nn.distributed.KeyValueStore;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * Decides for all machines of a run: who takes part in a round, when it has to be stopped, and what follows. It is a thread of
 * the launcher that keeps the store, and talks to all launchers, its own too, through that store only.
 */
final class Coordinator implements AutoCloseable {
    /** The key of the run's name. */
    static final String RUN = "run";
    /** The key of this coordinator's own name: one that was started again counts the machines anew. */
    static final String NAME = "coordinator";

    private static final long LOOK_EVERY_MILLIS = 50;
    /** More has passed only if this process stood still itself, which is nobody else's silence. */
    private static final long LONGEST_LOOK_NANOS = 1_000_000_000L;

    private static final long FAREWELL_NANOS = 10_000_000_000L;

    private final KeyValueStore store;
    private final MultiNode settings;
    private final IntSupplier newRankStore;
    private final PrintStream err;
    private final String name = UUID.randomUUID().toString();
    /** Machines that have a number, and have not said yet what they are. */
    private final Map<Integer, Node> arriving = new TreeMap<>();

    private final Map<Integer, Node> nodes = new TreeMap<>();
    private final List<RankFailure> failures = new ArrayList<>();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("gatun-coordinator").unstarted(this::work);

    private int numbered;
    private int round = -1;
    private int restarts;
    private boolean running;
    private boolean stopping;
    private boolean membersChanged;
    private boolean nodesGone;
    private boolean saved;
    private String reason = "";
    private long waitingSince = System.nanoTime();
    private long lookedAt = System.nanoTime();
    private long enoughSince;
    private Ending over;
    private String overBecause;
    private volatile boolean closing;

    /** What is known of a machine. */
    private static final class Node {
        private final int number;
        private final Mailbox from;
        private final Mailbox mail;
        private Message.Member member;
        private long beats = -1;
        private long silentNanos;
        private Round round;
        private Ending ending;

        private Node(int number, KeyValueStore store) {
            this.number = number;
            this.from = new Mailbox(store, Link.outboxOf(number));
            this.mail = new Mailbox(store, Link.inboxOf(number));
        }

        private boolean isRunning() {
            return round != null && ending == null;
        }

        /** Whether a round cannot succeed without it: it takes part, and its ranks are not done. */
        private boolean isNeeded() {
            return round != null && ending != Ending.SUCCEEDED;
        }
    }

    /** Ranks meet in a new store for each round, on the port that {@code newRankStore} returns. */
    Coordinator(KeyValueStore store, MultiNode settings, IntSupplier newRankStore, PrintStream err) {
        this.store = store;
        this.settings = settings;
        this.newRankStore = newRankStore;
        this.err = err;
        store.set(NAME, name.getBytes(StandardCharsets.UTF_8));
        store.set(RUN, settings.runId().getBytes(StandardCharsets.UTF_8));
    }

    void start() {
        thread.start();
    }

    private void work() {
        try {
            while (!(closing && nodes.isEmpty())) {
                // Looked at before the mail: what the launcher here had sent before it asked for the end is taken
                // first.
                boolean last = closing;
                greetNewNodes();
                everybody().forEach(this::takeMail);
                lookForLostNodes();
                if (last) {
                    end(saved ? Ending.SAVED : Ending.FAILED, "the launcher that decides was stopped");
                }
                if (over == null) {
                    decide();
                }
                Thread.sleep(LOOK_EVERY_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (DistributedException e) {
            // The store has been closed; the launchers will notice by themselves.
        }
    }

    private void greetNewNodes() {
        long count = store.add(Link.NODES, 0);
        while (numbered < count) {
            numbered++;
            arriving.put(numbered, new Node(numbered, store));
        }
    }

    private List<Node> everybody() {
        return Stream.concat(nodes.values().stream(), arriving.values().stream())
                .toList();
    }

    private void takeMail(Node node) {
        try {
            for (Optional<Message> next = node.from.receive(); next.isPresent(); next = node.from.receive()) {
                take(node, next.get());
            }
        } catch (UncheckedIOException e) {
            end(Ending.FAILED, e.getMessage());
        }
    }

    private void take(Node node, Message message) {
        switch (message.kind()) {
            case JOIN -> join(node, message.member());
            case ENDED -> {
                if (node.isRunning()) {
                    node.ending = message.ending();
                    // Ranks save also when they are stopped for a new round, and that is no end of the run.
                    saved |= node.ending == Ending.SAVED && !stopping;
                    failures.addAll(message.failures());
                }
            }
            case LEAVE -> {
                arriving.remove(node.number);
                nodesGone |= nodes.remove(node.number) != null && node.isNeeded() && over == null;
            }
            case START, STOP, LOST, OVER -> end(Ending.FAILED, "a launcher sent " + message.kind());
        }
    }

    private void join(Node node, Message.Member member) {
        arriving.remove(node.number);
        if (over != null) {
            node.mail.send(Message.over(over, failures, overBecause.isEmpty() ? "the run is over" : overBecause));
            return;
        }
        // A launcher that was started again, or cut off for a while, takes the place of what it was.
        for (Node old : List.copyOf(nodes.values())) {
            if (settings.isStatic() && old.member.nodeRank() == member.nodeRank()) {
                lose(old);
                old.mail.send(Message.lost("another launcher with --node-rank " + member.nodeRank()
                        + " has come, and takes this one's place"));
            } else if (!settings.isStatic() && member.before().equals(name + "/" + old.number)) {
                lose(old);
            }
        }
        if (nodes.isEmpty() && !running) {
            waitingSince = System.nanoTime();
        }
        node.member = member;
        nodes.put(node.number, node);
        membersChanged |= running && members().size() < settings.max();
    }

    private List<Node> members() {
        return nodes.values().stream().filter(node -> node.round != null).toList();
    }

    private void lookForLostNodes() {
        long now = System.nanoTime();
        long passed = Math.min(now - lookedAt, LONGEST_LOOK_NANOS);
        lookedAt = now;
        for (Node node : everybody()) {
            long beats = store.add(Link.beatOf(node.number), 0);
            node.silentNanos = beats == node.beats ? node.silentNanos + passed : 0;
            node.beats = beats;
            if (node.silentNanos > settings.keepAlive().toNanos()) {
                lose(node);
                // It may only have been suspended, and would wait for ever for what nobody sends it.
                node.mail.send(Message.lost(""));
            }
        }
    }

    private void lose(Node node) {
        arriving.remove(node.number);
        nodes.remove(node.number);
        if (node.isNeeded() && over == null) {
            RankFailure failure = failure(node);
            failures.add(failure);
            nodesGone = true;
            // At once: the round's end may be far away if everybody waits for that machine to come back.
            err.println("gatun launch: machine " + node.round.groupRank() + " (" + failure.host() + "): "
                    + failure.message());
        }
    }

    private RankFailure failure(Node node) {
        long seconds = settings.keepAlive().toSeconds();
        return new RankFailure(
                node.round.firstRank(),
                0,
                node.member.host(),
                0,
                RankFailure.LOST,
                System.currentTimeMillis() - settings.keepAlive().toMillis(),
                "the launcher there was silent for " + seconds + " s: the machine or its network has failed",
                "",
                "");
    }

    private void decide() {
        if (!running) {
            gather();
        } else if (members().stream().noneMatch(Node::isRunning)) {
            endRound();
        } else if (!stopping
                && (membersChanged || nodesGone || members().stream().anyMatch(Coordinator::isUnlucky))) {
            stopping = true;
            members().stream().filter(Node::isRunning).forEach(node -> node.mail.send(Message.stop()));
        }
    }

    private static boolean isUnlucky(Node node) {
        return node.ending != null && node.ending != Ending.SUCCEEDED;
    }

    private void endRound() {
        running = false;
        if (!nodesGone && members().stream().allMatch(node -> node.ending == Ending.SUCCEEDED)) {
            end(Ending.SUCCEEDED, "");
        } else if (saved) {
            end(Ending.SAVED, "");
        } else if (failures.isEmpty() && nodes.size() < settings.min()) {
            end(Ending.FAILED, "the launcher of another machine was stopped");
        } else if (!failures.isEmpty() && restarts == settings.maxRestarts()) {
            end(Ending.FAILED, "");
        } else {
            if (!failures.isEmpty()) {
                restarts++;
                reason = "restart " + restarts + " of " + settings.maxRestarts();
            } else {
                reason = "the machines have changed";
            }
            nodes.values().forEach(node -> {
                node.round = null;
                node.ending = null;
            });
            waitingSince = System.nanoTime();
            enoughSince = 0;
        }
    }

    /** Waits for machines: at least the smallest number, and for a while for more. */
    private void gather() {
        long now = System.nanoTime();
        int present = nodes.size();
        if (present < settings.min()) {
            enoughSince = 0;
            // The launcher of this process comes for certain: before it is there, nobody has waited.
            if (present > 0 && now - waitingSince > settings.joinTimeout().toNanos()) {
                end(
                        Ending.FAILED,
                        "only " + present + " of " + settings.min() + " machines came within "
                                + settings.joinTimeout().toSeconds()
                                + " s; look whether a launcher runs on each of them, with the same endpoint and --rdzv-id");
            }
            return;
        }
        enoughSince = enoughSince == 0 ? now : enoughSince;
        if (present >= settings.max() || now - enoughSince > settings.lastCall().toNanos()) {
            begin();
        }
    }

    private void begin() {
        List<Node> members = nodes.values().stream()
                .sorted(Comparator.comparingInt(node -> settings.isStatic() ? node.member.nodeRank() : node.number))
                .limit(settings.max())
                .toList();
        int worldSize = members.stream().mapToInt(node -> node.member.ranks()).sum();
        int port = newRankStore.getAsInt();
        round++;
        int firstRank = 0;
        for (int i = 0; i < members.size(); i++) {
            Node node = members.get(i);
            node.round = new Round(round, i, members.size(), firstRank, worldSize, settings.host(), port, true, reason);
            node.ending = null;
            node.mail.send(Message.start(node.round, failures));
            firstRank += node.member.ranks();
        }
        failures.clear();
        running = true;
        stopping = false;
        membersChanged = false;
        nodesGone = false;
    }

    private void end(Ending ending, String why) {
        if (over != null) {
            return;
        }
        over = ending;
        overBecause = why;
        for (Node node : nodes.values()) {
            node.mail.send(Message.over(ending, failures, why));
        }
    }

    /** Tells launchers that are still there that it is over, and gives them a moment to take leave. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(FAREWELL_NANOS / 1_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
        store.close();
    }
}

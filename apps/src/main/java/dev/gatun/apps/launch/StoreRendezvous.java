package dev.gatun.apps.launch;

import dev.gatun.nn.distributed.DistributedException;
import dev.gatun.nn.distributed.KeyValueStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The rendezvous of several machines: one launcher keeps a store, in which a {@link Coordinator} decides for all. */
final class StoreRendezvous implements Rendezvous {
    private static final long LOOK_EVERY_MILLIS = 20;
    private static final long RETRY_MILLIS = 500;
    private static final Duration CONNECTING = Duration.ofSeconds(2);
    private static final long FAREWELL_MILLIS = 5_000;

    /** A store in the same process may answer late, as when the machine was suspended, but it does not get lost. */
    private static final Duration EVENTUALLY = Duration.ofDays(365);

    private final MultiNode settings;
    private final int ranks;
    private final int nodeRank;
    private final Duration interval;
    private final BooleanSupplier cancelled;
    private final Stores stores;
    private final Coordinator coordinator;
    private Link link;
    /** What this machine was before it was cut off. */
    private String before = "";

    private Round settled;
    private List<RankFailure> failures = List.of();

    /**
     * Starts the store if it is to be here.
     *
     * @param ranks how many ranks this machine is for
     * @param interval how often to look for news
     * @param cancelled whether waiting for others is to end
     * @throws DistributedException if the store's port is taken
     */
    StoreRendezvous(MultiNode settings, int nodeRank, int ranks, Duration interval, BooleanSupplier cancelled) {
        this.settings = settings;
        this.ranks = ranks;
        this.nodeRank = nodeRank;
        this.interval = interval;
        this.cancelled = cancelled;
        this.stores = Stores.at(settings.host(), settings.port(), settings.hostsHere(), settings.isStatic());
        this.coordinator = stores.keepsStore()
                ? new Coordinator(stores.connect(CONNECTING, EVENTUALLY), settings, stores::newRankStore, System.err)
                : null;
        if (coordinator != null) {
            coordinator.start();
        }
    }

    @Override
    public Round next() throws IOException, InterruptedException {
        while (settled == null) {
            if (link == null) {
                link = connect();
            }
            try {
                Message message = receive();
                if (message.kind() == Message.Kind.OVER) {
                    throw new IOException(
                            message.reason().isEmpty() ? "the run was over before it began" : message.reason());
                }
                settled = message.round();
            } catch (LostException e) {
                comeBack(e);
            }
        }
        Round round = settled;
        settled = null;
        return round;
    }

    /** A cable that was pulled may be put back: this machine then takes part again as a new one. */
    private void comeBack(LostException e) throws LostException {
        if (settings.maxRestarts() == 0) {
            throw e;
        }
        System.err.println("gatun launch: " + e.getMessage() + "; trying to come back");
        before = link.name();
        link.close();
        link = null;
    }

    private Link connect() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + settings.joinTimeout().toNanos();
        while (true) {
            try {
                return join();
            } catch (DistributedException e) {
                if (System.nanoTime() > deadline) {
                    throw new IOException(
                            "no launcher could be reached at " + settings.host() + ":" + settings.port() + " within "
                                    + settings.joinTimeout().toSeconds() + " s: " + e.getMessage(),
                            e);
                }
                pause(RETRY_MILLIS);
            }
        }
    }

    private Link join() throws IOException {
        // Not for longer than a signal may have to wait.
        KeyValueStore store = stores.connect(CONNECTING, settings.keepAlive());
        boolean joined = false;
        try {
            String run = new String(store.get(Coordinator.RUN), StandardCharsets.UTF_8);
            if (!run.equals(settings.runId())) {
                throw new IOException("the launcher at " + settings.host() + ":" + settings.port()
                        + " is there for the run '" + run + "', and this is '" + settings.runId()
                        + "'; give each run a port of its own (--rdzv-endpoint)");
            }
            Message.Member self = new Message.Member(LocalRanks.hostName(), ranks, nodeRank, before);
            Link link = new Link(store, self, interval, settings.keepAlive());
            joined = true;
            return link;
        } finally {
            if (!joined) {
                store.close();
            }
        }
    }

    /** Waits for a message that is no late request to stop what has stopped. */
    private Message receive() throws IOException, InterruptedException {
        while (true) {
            Message message = link.receive();
            if (message != null && message.kind() == Message.Kind.LOST) {
                if (!message.reason().isEmpty()) {
                    throw new IOException(message.reason());
                }
                throw new LostException("this machine was silent for "
                        + settings.keepAlive().toSeconds() + " s, and the others go on without it");
            }
            if (message != null && message.kind() != Message.Kind.STOP) {
                return message;
            }
            if (message == null && link.isLost()) {
                throw new LostException("the launcher at " + settings.host() + ":" + settings.port()
                        + " has ended, or the network to it has failed");
            }
            if (message == null) {
                pause(LOOK_EVERY_MILLIS);
            }
        }
    }

    private void pause(long millis) throws InterruptedException {
        if (cancelled.getAsBoolean()) {
            throw new InterruptedException("a signal came while waiting for other machines");
        }
        Thread.sleep(millis);
    }

    @Override
    public boolean stopAsked() {
        Message message = link.peek();
        return message != null || link.isLost();
    }

    @Override
    public Verdict finish(Round round, Ending ending, List<RankFailure> failed)
            throws IOException, InterruptedException {
        failures = failed;
        link.send(Message.ended(round, ending, failed));
        if (ending == Ending.SIGNALLED || (ending == Ending.SAVED && cancelled.getAsBoolean())) {
            return ending == Ending.SAVED ? Verdict.SAVED : Verdict.FAILED;
        }
        try {
            Message message = receive();
            failures = message.failures();
            if (message.kind() == Message.Kind.START) {
                settled = message.round();
                return Verdict.AGAIN;
            }
            if (!message.reason().isEmpty()) {
                System.err.println("gatun launch: " + message.reason());
            }
            return switch (message.ending()) {
                case SUCCEEDED -> Verdict.SUCCEEDED;
                case SAVED -> Verdict.SAVED;
                case FAILED, STOPPED, SIGNALLED -> Verdict.FAILED;
            };
        } catch (LostException e) {
            if (ending == Ending.SAVED) {
                return Verdict.SAVED; // whoever decides was told to end as well
            }
            comeBack(e);
            return Verdict.AGAIN;
        } catch (InterruptedException e) {
            if (ending == Ending.SAVED) {
                return Verdict.SAVED;
            }
            throw e;
        }
    }

    @Override
    public List<RankFailure> failures() {
        return failures;
    }

    @Override
    public void close() {
        if (link != null) {
            link.send(Message.leave());
            for (long waited = 0; !link.isFlushed() && !link.isLost() && waited < FAREWELL_MILLIS; ) {
                try {
                    Thread.sleep(LOOK_EVERY_MILLIS);
                    waited += LOOK_EVERY_MILLIS;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    break;
                }
            }
            link.close();
        }
        if (coordinator != null) {
            coordinator.close();
        }
        stores.close();
    }

    /** The other side is gone. */
    private static final class LostException extends IOException {
        private static final long serialVersionUID = 1L;

        private LostException(String message) {
            super(message);
        }
    }
}

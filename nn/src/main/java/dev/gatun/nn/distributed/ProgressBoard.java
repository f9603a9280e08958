package dev.gatun.nn.distributed;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Who of a group has come how far. A thread of each rank writes its own progress into the store, again and again; once an
 * operation takes long it reads the others', so that when the operation fails this rank can say whose fault that is.
 */
final class ProgressBoard implements AutoCloseable {
    private static final Duration LONGEST_BEAT = Duration.ofSeconds(1);
    private static final Duration SHORTEST_ANSWER = Duration.ofSeconds(1);
    private static final int BEATS_PER_TIMEOUT = 10;
    /** A rank that showed no new beat at so many looks in a row counts as gone: threads are not always on time. */
    private static final int MISSED_BEATS = 4;
    /** So many tell a rank that has gone: one may have been under way before, and the next may find its last beat. */
    private static final int ENOUGH_LOOKS = MISSED_BEATS + 2;
    /**
     * The others are read once an operation has taken this part of the timeout, a third. The first look comes up to a beat
     * later, which is a tenth, and enough of them are made by nine tenths and a bit: when the time is over nobody need wait for
     * more.
     */
    private static final int WATCHED_AFTER = 3;

    private final KeyValueStore store;
    private final int rank;
    private final int host;
    private final Duration timeout;
    private final Duration beat;
    private final RankProgress own = new RankProgress();
    private final RankSight[] others;
    private final List<String> keys;
    private final Thread thread;
    private String storeLost;
    private boolean watching;
    /** How often the others have been read in a row, beat by beat. */
    private int looks;

    private boolean looked;
    private boolean closed;

    ProgressBoard(Rendezvous meeting, Duration timeout) {
        this.rank = meeting.info().rank();
        this.host = meeting.info().agentStore() ? -1 : 0;
        this.timeout = timeout;
        // A store that does not answer should be known as such before the operation is given up.
        Duration answer = timeout.dividedBy(4);
        this.store = meeting.connect(answer.compareTo(SHORTEST_ANSWER) < 0 ? SHORTEST_ANSWER : answer);
        int size = meeting.info().worldSize();
        this.beat = Duration.ofMillis(Math.clamp(timeout.toMillis() / BEATS_PER_TIMEOUT, 10, LONGEST_BEAT.toMillis()));
        others = new RankSight[size];
        keys = IntStream.range(0, size).mapToObj(other -> "progress/" + other).toList();
        publish();
        thread = new Thread(this::run, "gatun-progress-" + rank);
        thread.setDaemon(true);
        thread.start();
    }

    /** An operation begins; returns its number in this group. */
    synchronized long begin(String operation) {
        return own.begin(operation);
    }

    /** The operation with that number is done, and so are those before it. */
    synchronized void end(long number) {
        own.end(number);
    }

    /** The number that the next operation gets. */
    synchronized long next() {
        return own.issued() + 1;
    }

    /**
     * Reads the other ranks from now on, and returns when it has done so often enough to know who is silent.
     *
     * @param anew whether only looks from now on count: before, who has just gone was still there
     */
    private synchronized void watch(boolean anew) {
        watching = true;
        looks = anew ? 0 : looks;
        try {
            // Without the store there is nothing to see, and the thread ends when this is closed.
            while (looks < ENOUGH_LOOKS && storeLost == null && thread.isAlive()) {
                wait(beat.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Says what became of operation {@code number}, from what is known of the others. After a failure that came at once it
     * first looks for a few beats who is still alive.
     */
    DistributedException failure(long number, String operation, Duration taken, String what, Throwable cause) {
        boolean late = taken.compareTo(timeout.multipliedBy(9).dividedBy(10)) >= 0;
        watch(!late);
        List<Integer> atFault = new ArrayList<>();
        String who = who(number, operation, atFault);
        String message = operation + " (operation " + number + " of rank " + rank + ") "
                + (late
                        ? "took longer than the group's timeout of " + Words.seconds(timeout)
                        : "failed after " + Words.seconds(taken))
                + ": " + who + what;
        synchronized (this) {
            own.fail(message);
        }
        publish();
        return new DistributedException(message, cause, atFault);
    }

    private synchronized String who(long number, String operation, List<Integer> atFault) {
        List<String> faults = faults(atFault, other -> fault(other, number, operation));
        if (faults.isEmpty()) {
            faults = faults(atFault, other -> others[other] == null ? null : others[other].failure());
        }
        if (faults.isEmpty()) {
            faults = faults(atFault, other -> others[other] == null ? null : others[other].held(number));
        }
        if (!faults.isEmpty()) {
            return String.join("; ", faults);
        }
        return storeLost == null ? "all ranks have come to it" : "how far the others are is not known: " + storeLost;
    }

    private List<String> faults(List<Integer> atFault, IntFunction<String> of) {
        List<String> faults = new ArrayList<>();
        for (int other = 0; other < others.length; other++) {
            String fault = other == rank ? null : of.apply(other);
            if (fault != null) {
                atFault.add(other);
                faults.add("rank " + other + " " + fault);
            }
        }
        return faults;
    }

    private String fault(int other, long number, String operation) {
        if (other == host && storeLost != null) {
            return "hosts the store, which is lost (" + storeLost + ")";
        }
        if (others[other] == null) {
            return looked ? "has met the others, and then not opened the group" : null;
        }
        return others[other].fault(number, operation, MISSED_BEATS);
    }

    private void run() {
        while (true) {
            sleep(beat);
            boolean look;
            synchronized (this) {
                if (closed) {
                    return;
                }
                look = watching || own.oldestAge().compareTo(timeout.dividedBy(WATCHED_AFTER)) > 0;
                looks = look ? looks : 0;
            }
            publish();
            if (look) {
                look();
            }
        }
    }

    private void publish() {
        String text;
        synchronized (this) {
            if (storeLost != null) {
                return;
            }
            text = own.beat();
        }
        try {
            store.set(keys.get(rank), text.getBytes(StandardCharsets.UTF_8));
        } catch (DistributedException e) {
            lose(e);
        }
    }

    private void look() {
        try {
            // All have written once, unless one failed on its way into the group: then nobody must wait for its key.
            List<String> there = store.check(keys.toArray(String[]::new))
                    ? keys
                    : keys.stream().filter(store::check).toList();
            List<byte[]> texts = store.multiGet(there);
            synchronized (this) {
                looked = true;
                looks++;
                for (int i = 0; i < texts.size(); i++) {
                    int other = keys.indexOf(there.get(i));
                    RankProgress read = RankProgress.parse(new String(texts.get(i), StandardCharsets.UTF_8));
                    others[other] = RankSight.next(others[other], read);
                }
                notifyAll();
            }
        } catch (DistributedException e) {
            lose(e);
        }
    }

    private synchronized void lose(DistributedException e) {
        if (storeLost == null) {
            storeLost = e.getMessage();
            notifyAll();
        }
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells the others that this rank has left. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            own.leave();
        }
        publish();
        store.close();
    }
}

package dev.gatun.nn.distributed;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The processes of a run, met in one store ({@code torch.distributed.rendezvous}): rank 0 hosts it at the run's address, unless
 * the launcher does, and goes on when every rank has come. Keys lie behind a prefix of this meeting's own, so that neither a
 * restart nor a second group finds the first one's.
 */
public final class Rendezvous implements AutoCloseable {
    /** Rank 0's stores by port. They stay until the process ends: other ranks may be behind. */
    private static final Map<Integer, TcpStoreServer> HOSTED = new HashMap<>();

    private final RankInfo info;
    private final Duration timeout;
    private final TcpStore connection;
    private final String prefix;

    private Rendezvous(RankInfo info, Duration timeout, TcpStore connection) {
        this.info = info;
        this.timeout = timeout;
        this.connection = connection;
        String run = "gatun/attempt_" + info.restartCount() + "/world_" + info.worldSize();
        this.prefix = run + "/group_" + connection.add(run + "/joined_" + info.rank(), 1);
    }

    /**
     * Meets the other ranks.
     *
     * @param timeout how long they may be late, and how long the store may take for an answer
     * @throws DistributedException naming the ranks that did not come, or why the store cannot be reached
     */
    public static Rendezvous join(RankInfo info, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        if (info.rank() == 0 && !info.agentStore()) {
            host(info.masterPort());
        }
        TcpStore connection = new TcpStore(info.masterAddr(), info.masterPort(), timeout);
        try {
            Rendezvous meeting = new Rendezvous(info, timeout, connection);
            meeting.meet(deadline);
            return meeting;
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static synchronized void host(int port) {
        HOSTED.computeIfAbsent(port, TcpStoreServer::new);
    }

    private void meet(Deadline deadline) {
        KeyValueStore store = store();
        store.set(hereKey(info.rank()), new byte[0]);
        String[] all = IntStream.range(0, info.worldSize())
                .mapToObj(Rendezvous::hereKey)
                .toArray(String[]::new);
        try {
            store.waitFor(Duration.ofMillis(deadline.millis()), all);
        } catch (DistributedException e) {
            List<Integer> absent = new ArrayList<>();
            for (int rank = 0; rank < all.length; rank++) {
                if (!store.check(all[rank])) {
                    absent.add(rank);
                }
            }
            throw new DistributedException(
                    Words.ranks(absent) + " of " + info.worldSize() + " did not come to " + connection + " within "
                            + Words.seconds(timeout) + " (rank " + info.rank()
                            + " is here): look at their logs, whether they run"
                            + " and can reach that address",
                    e,
                    absent);
        }
    }

    private static String hereKey(int rank) {
        return "here/" + rank;
    }

    /** Which of the processes this is. */
    public RankInfo info() {
        return info;
    }

    /** The timeout it was made with. */
    public Duration timeout() {
        return timeout;
    }

    /** The store, for keys of this meeting; it is closed with this. */
    public KeyValueStore store() {
        return new PrefixStore(prefix, connection);
    }

    /** A connection of its own to the same keys, with another timeout; the caller closes it. */
    KeyValueStore connect(Duration timeout) {
        return new PrefixStore(prefix, new TcpStore(info.masterAddr(), info.masterPort(), timeout));
    }

    /** What this meeting's keys begin with, for clients that are not Java's. */
    String prefix() {
        return prefix;
    }

    /** The address by which this process reaches the store. */
    InetAddress localAddress() {
        return connection.localAddress();
    }

    @Override
    public void close() {
        connection.close();
    }
}

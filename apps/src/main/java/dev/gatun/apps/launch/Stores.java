package dev.gatun.apps.launch;

import dev.gatun.nn.distributed.DistributedException;
import dev.gatun.nn.distributed.KeyValueStore;
import dev.gatun.nn.distributed.TcpStore;
import dev.gatun.nn.distributed.TcpStoreServer;
import java.time.Duration;

/** The stores of a run: the one in which launchers meet, and a new one for the ranks of each round. */
final class Stores implements AutoCloseable {
    private final String host;
    private final int port;
    private final TcpStoreServer own;
    private TcpStoreServer ranks;

    private Stores(String host, int port, TcpStoreServer own) {
        this.host = host;
        this.port = port;
        this.own = own;
    }

    /** Those of a run whose launchers meet at that place; {@code hostHere} starts the store there, if nobody else has. */
    static Stores at(String host, int port, boolean hostHere, boolean mustHost) {
        TcpStoreServer own = null;
        if (hostHere) {
            try {
                own = new TcpStoreServer(port);
            } catch (DistributedException e) {
                // Several launchers on one machine: the first has the port, and the others come to it.
                if (mustHost) {
                    throw e;
                }
            }
        }
        return new Stores(host, own == null ? port : own.port(), own);
    }

    /** Those of a run on this machine alone. */
    static Stores forOneNode() {
        return new Stores("127.0.0.1", 0, null);
    }

    /** Whether the launchers' store is in this process. */
    boolean keepsStore() {
        return own != null;
    }

    /** A connection of the caller's own to the launchers' store. */
    KeyValueStore connect(Duration connecting, Duration answerWithin) {
        return new TcpStore(host, port, connecting, answerWithin);
    }

    /** Starts a store for ranks in place of the last one, and returns its port. */
    int newRankStore() {
        if (ranks != null) {
            ranks.close();
        }
        ranks = new TcpStoreServer(0);
        return ranks.port();
    }

    @Override
    public void close() {
        if (ranks != null) {
            ranks.close();
        }
        if (own != null) {
            own.close();
        }
    }
}

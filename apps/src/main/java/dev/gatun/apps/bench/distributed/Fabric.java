package dev.gatun.apps.bench.distributed;

import java.util.List;
import java.util.Locale;

/**
 * How ranks reach each other: those of one machine by one kind of link, machines by another. Every rank sends and receives at
 * the same time, at the link's full bandwidth, and machines are joined without bottlenecks.
 *
 * @param name for the page
 * @param ranksPerMachine how many ranks a machine has at most
 * @param inside between the ranks of a machine
 * @param between from each rank to its like in another machine
 */
record Fabric(String name, int ranksPerMachine, Link inside, Link between) {
    private static final double MICROS = 1e6;
    private static final double GIGA = 1e9;

    /** Those that the tables are reckoned for. */
    static final List<Fabric> ASSUMED = List.of(
            new Fabric("a card for each GPU", 8, new Link(5e-6, 200e9), new Link(15e-6, 25e9)),
            new Fabric("one card a machine", 8, new Link(5e-6, 200e9), new Link(30e-6, 12.5e9 / 8)));

    /** For the page. */
    String describe() {
        return String.format(
                Locale.ROOT,
                "%s: %d ranks a machine; %.0f µs and %.0f GB/s within it, %.0f µs and %.2f GB/s for each rank between machines.",
                name,
                ranksPerMachine,
                inside.latency * MICROS,
                inside.bandwidth / GIGA,
                between.latency * MICROS,
                between.bandwidth / GIGA);
    }

    /**
     * A link.
     *
     * @param latency seconds that a message takes, however small
     * @param bandwidth bytes a second, in each direction
     */
    record Link(double latency, double bandwidth) {
        /** Seconds of an all-reduce: by a ring or by a double tree, whichever is faster, as NCCL chooses. */
        double allReduce(int ranks, double bytes) {
            if (ranks == 1) {
                return 0;
            }
            double moved = 2 * (ranks - 1) / (double) ranks * bytes / bandwidth;
            double treeDepth = Math.ceil(Math.log(ranks) / Math.log(2));
            double ring = 2 * (ranks - 1) * latency + moved;
            double tree = 2 * treeDepth * latency + 2 * bytes / bandwidth;
            return Math.min(ring, tree);
        }

        /** Seconds of a reduce-scatter, or of an all-gather, by a ring. */
        double scatter(int ranks, double bytes) {
            return (ranks - 1) * latency + (ranks - 1) / (double) ranks * bytes / bandwidth;
        }
    }

    /** Seconds of an all-reduce: within machines to parts, the parts between machines, and back. */
    double allReduce(int ranks, double bytes) {
        int local = Math.min(ranks, ranksPerMachine);
        if (ranks == local) {
            return inside.allReduce(ranks, bytes);
        }
        return 2 * inside.scatter(local, bytes) + between.allReduce(ranks / local, bytes / local);
    }
}

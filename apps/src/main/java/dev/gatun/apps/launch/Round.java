package dev.gatun.apps.launch;

/**
 * What the rendezvous has settled for this machine until ranks are started again.
 *
 * @param number counts from 0; ranks know it as TORCHELASTIC_RESTART_COUNT, so it also counts when only the machines have
 *     changed: ranks must load their checkpoint then too, and keys in their store must be new
 * @param groupRank this machine's number of {@code groupSize}
 * @param firstRank the rank of its first process
 * @param worldSize how many ranks there are on all machines
 * @param masterAddr where the ranks' store is
 * @param agentStore whether a launcher keeps that store; otherwise rank 0 does
 * @param reason why there is a round after the first, in words; empty for the first
 */
record Round(
        int number,
        int groupRank,
        int groupSize,
        int firstRank,
        int worldSize,
        String masterAddr,
        int masterPort,
        boolean agentStore,
        String reason) {}

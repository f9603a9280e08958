package dev.gatun.nn.distributed;

import java.util.Map;

/**
 * Which of a run's processes this is, and where they meet.
 *
 * @param rank this process's number, from 0 to {@code worldSize} - 1
 * @param worldSize how many processes there are
 * @param localRank its number among those of this machine: which of its GPUs it uses
 * @param localWorldSize how many there are on this machine
 * @param groupRank this machine's number
 * @param masterAddr the machine that hosts the store in which they meet
 * @param masterPort the store's port; 0 in a run of one process that nobody has given one
 * @param restartCount how many times the launcher has started the processes again
 * @param agentStore whether the launcher hosts the store already, so that rank 0 must not
 * @param runId the run's name; empty if it has none
 */
public record RankInfo(
        int rank,
        int worldSize,
        int localRank,
        int localWorldSize,
        int groupRank,
        String masterAddr,
        int masterPort,
        int restartCount,
        boolean agentStore,
        String runId) {

    /** @throws DistributedException if the numbers cannot be those of a rank */
    public RankInfo {
        requireBelow("rank", rank, "world size", worldSize);
        requireBelow("local rank", localRank, "local world size", localWorldSize);
        if (localWorldSize > worldSize || groupRank < 0 || restartCount < 0) {
            throw new DistributedException(
                    "rank " + rank + " of " + worldSize + " cannot be one of " + localWorldSize + " on machine "
                            + groupRank + " after " + restartCount + " restarts: look at what started this process");
        }
        if (masterPort < (worldSize > 1 ? 1 : 0) || masterPort > 65535) {
            throw new DistributedException("a port is a number from 1 to 65535, and the store's is " + masterPort
                    + ": set MASTER_PORT to one that is free on " + masterAddr);
        }
    }

    /** The rank of a process that is alone. */
    public static RankInfo single() {
        return new RankInfo(0, 1, 0, 1, 0, "127.0.0.1", 0, 0, false, "");
    }

    /**
     * Reads a rank from the environment that its launcher gave it: torchrun's variables (Kubeflow's are the same), or those of
     * Open MPI, of PMI (MPICH, Intel MPI), or of a Slurm step. With none of them this is {@link #single()}, also in a
     * batch script of Slurm, outside of {@code srun}. {@code MASTER_ADDR} and {@code MASTER_PORT} go before what is derived.
     *
     * @throws DistributedException if variables are missing, or are not the numbers they should be
     */
    public static RankInfo fromEnvironment(Map<String, String> environment) {
        return new RankEnvironment(environment).read();
    }

    /** The rank that this process's own environment gives it. */
    public static RankInfo fromEnvironment() {
        return fromEnvironment(System.getenv());
    }

    private static void requireBelow(String name, int value, String limitName, int limit) {
        if (limit < 1 || value < 0 || value >= limit) {
            throw new DistributedException(name + " " + value + " and " + limitName + " " + limit
                    + " do not fit: ranks count from 0 to the size less one; look at what started this process");
        }
    }
}

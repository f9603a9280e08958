package dev.gatun.nn.distributed;

import java.util.Map;

/** Environment variables of the launchers, read as a {@link RankInfo}. */
final class RankEnvironment {
    private static final String LOOPBACK = "127.0.0.1";

    private final Map<String, String> environment;

    RankEnvironment(Map<String, String> environment) {
        this.environment = environment;
    }

    RankInfo read() {
        if (has("RANK") || has("WORLD_SIZE")) {
            return torchrun();
        }
        if (has("OMPI_COMM_WORLD_RANK")) {
            return mpi(
                    "Open MPI",
                    "OMPI_COMM_WORLD_",
                    "RANK",
                    "SIZE",
                    "LOCAL_RANK",
                    "LOCAL_SIZE",
                    "OMPI_MCA_ess_base_jobid");
        }
        if (has("PMI_RANK") && has("PMI_SIZE")) {
            return mpi("PMI", "", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS", "PMI_ID");
        }
        // A batch script has SLURM_PROCID too, but is no step: the ranks are started by the srun in it.
        if (has("SLURM_PROCID") && (has("SLURM_STEP_ID") || has("SLURM_STEPID") || !has("SLURM_JOB_ID"))) {
            return slurm();
        }
        return RankInfo.single();
    }

    private RankInfo torchrun() {
        int worldSize = number("WORLD_SIZE");
        int localWorldSize = number("LOCAL_WORLD_SIZE", 1);
        int rank = number("RANK");
        boolean alone = worldSize == 1;
        return new RankInfo(
                rank,
                worldSize,
                number("LOCAL_RANK", 0),
                localWorldSize,
                number("GROUP_RANK", rank / localWorldSize),
                alone ? text("MASTER_ADDR", LOOPBACK) : text("MASTER_ADDR"),
                alone ? number("MASTER_PORT", 0) : number("MASTER_PORT"),
                number("TORCHELASTIC_RESTART_COUNT", 0),
                text("TORCHELASTIC_USE_AGENT_STORE", "False").equalsIgnoreCase("true"),
                text("TORCHELASTIC_RUN_ID", ""));
    }

    private RankInfo mpi(
            String launcher, String prefix, String rank, String size, String localRank, String localSize, String job) {
        int worldSize = number(prefix + size);
        int localWorldSize = number(prefix + localSize, has(prefix + localRank) ? worldSize : 1);
        if (localWorldSize < worldSize && !has("MASTER_ADDR")) {
            throw new DistributedException(launcher + " started " + worldSize + " processes, " + localWorldSize
                    + " of them here, and does not tell where they can meet: set MASTER_ADDR to the host of rank 0 for all of"
                    + " them (mpirun -x MASTER_ADDR=… with Open MPI, mpiexec -genv MASTER_ADDR … with MPICH)");
        }
        int number = number(prefix + rank);
        return new RankInfo(
                number,
                worldSize,
                number(prefix + localRank, 0),
                localWorldSize,
                number / localWorldSize,
                text("MASTER_ADDR", LOOPBACK),
                number("MASTER_PORT", worldSize == 1 ? 0 : port(text(job, ""))),
                0,
                false,
                text(job, ""));
    }

    private RankInfo slurm() {
        int worldSize = has("SLURM_STEP_NUM_TASKS") ? number("SLURM_STEP_NUM_TASKS") : number("SLURM_NTASKS");
        String nodes = text("SLURM_STEP_NODELIST", text("SLURM_JOB_NODELIST", ""));
        String job = text("SLURM_JOB_ID", "");
        String perNode = text("SLURM_STEP_TASKS_PER_NODE", text("SLURM_TASKS_PER_NODE", "1"));
        int node = number("SLURM_NODEID", 0);
        int localRank = number("SLURM_LOCALID", 0);
        return new RankInfo(
                number("SLURM_PROCID"),
                worldSize,
                localRank,
                Math.max(SlurmLists.tasksOf(perNode, node), localRank + 1),
                node,
                text("MASTER_ADDR", nodes.isEmpty() ? LOOPBACK : SlurmLists.firstHost(nodes)),
                number("MASTER_PORT", worldSize == 1 ? 0 : port(job + "." + text("SLURM_STEP_ID", ""))),
                number("SLURM_RESTART_COUNT", 0),
                false,
                job);
    }

    /** A port that all ranks of a job derive alike, and other jobs on the machine most likely do not. */
    private static int port(String job) {
        return 20000 + Math.floorMod(job.hashCode(), 10000);
    }

    private boolean has(String name) {
        return !text(name, "").isEmpty();
    }

    private String text(String name, String otherwise) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? otherwise : value.strip();
    }

    private String text(String name) {
        String value = text(name, "");
        if (value.isEmpty()) {
            throw new DistributedException("this process is one of several (RANK=" + text("RANK", "") + ", WORLD_SIZE="
                    + text("WORLD_SIZE", "") + "), but " + name
                    + " is not set: start them with ./gatun launch or torchrun, or set"
                    + " RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT for each");
        }
        return value;
    }

    private int number(String name) {
        return parse(name, text(name));
    }

    private int number(String name, int otherwise) {
        String value = text(name, "");
        return value.isEmpty() ? otherwise : parse(name, value);
    }

    private static int parse(String name, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new DistributedException(name + " should be a whole number, and is '" + value + "'", e);
        }
    }
}

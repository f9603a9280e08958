package dev.gatun.apps.launch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of {@code gatun launch}: torchrun's, with its names and defaults. */
final class LaunchOptions {
    @Option(
            names = {"--nproc-per-node", "--nproc_per_node"},
            paramLabel = "N",
            defaultValue = "1",
            description = "Ranks on this machine: a number, cpu (one for each core), gpu (one for each GPU), or auto"
                    + " (gpu where there is one, else cpu). Default: ${DEFAULT-VALUE}.")
    String nprocPerNode;

    @Option(
            names = "--nnodes",
            paramLabel = "N|MIN:MAX",
            defaultValue = "1",
            description =
                    "Machines. With MIN:MAX the run goes on with those that are there. Default: ${DEFAULT-VALUE}.")
    String nnodes;

    @Option(
            names = {"--node-rank", "--node_rank"},
            paramLabel = "N",
            defaultValue = "0",
            description = "This machine's number, with the static rendezvous. Default: ${DEFAULT-VALUE}.")
    int nodeRank;

    @Option(
            names = {"--rdzv-backend", "--rdzv_backend"},
            paramLabel = "static|c10d",
            defaultValue = "static",
            description =
                    "static: machines are numbered by --node-rank; c10d: in the order in which they come. Default:"
                            + " ${DEFAULT-VALUE}.")
    String backend;

    @Option(
            names = {"--rdzv-endpoint", "--rdzv_endpoint"},
            paramLabel = "HOST[:PORT]",
            description = "Where machines meet: the launcher on that host keeps the store. Default: --master-addr and"
                    + " --master-port.")
    String endpoint;

    @Option(
            names = {"--rdzv-id", "--rdzv_id"},
            paramLabel = "NAME",
            defaultValue = "none",
            description = "The run's name, the same on all machines. Default: ${DEFAULT-VALUE}.")
    String runId;

    @Option(
            names = {"--rdzv-conf", "--rdzv_conf"},
            paramLabel = "KEY=VALUE",
            split = ",",
            description = "In seconds: join_timeout=600 (until enough machines are there), last_call_timeout=30 (for"
                    + " more than MIN), keep_alive=15 (silence after which a machine is given up).")
    List<String> conf = List.of();

    @Option(names = "--standalone", description = "One machine, a free port: what happens without any option too.")
    boolean standalone;

    @Option(
            names = {"--master-addr", "--master_addr"},
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "The first machine, with the static rendezvous. Default: ${DEFAULT-VALUE}.")
    String masterAddr;

    @Option(
            names = {"--master-port", "--master_port"},
            paramLabel = "PORT",
            defaultValue = "29500",
            description = "The port there. Default: ${DEFAULT-VALUE}; a free one where there is only one machine.")
    int masterPort;

    @Option(
            names = {"--local-addr", "--local_addr"},
            paramLabel = "HOST",
            description = "This machine's address for the others. Default: the one that leads to the endpoint.")
    String localAddr;

    @Option(
            names = {"--max-restarts", "--max_restarts"},
            paramLabel = "N",
            defaultValue = "0",
            description = "How often all ranks are started again after one failed. Default: ${DEFAULT-VALUE}.")
    int maxRestarts;

    @Option(
            names = {"--monitor-interval", "--monitor_interval"},
            paramLabel = "S",
            defaultValue = "0.1",
            description = "Seconds between two looks at the other machines. Default: ${DEFAULT-VALUE}.")
    double monitorInterval;

    @Option(
            names = "--role",
            paramLabel = "NAME",
            defaultValue = "default",
            description =
                    "What the ranks are called in ROLE_NAME and in front of their lines. Default: ${DEFAULT-VALUE}.")
    String role;

    @Option(
            names = {"--no-python", "--no_python"},
            description = "PROGRAM is any program, and not a command of gatun.")
    boolean noPython;

    @Option(
            names = {"--log-dir", "--log_dir"},
            paramLabel = "FOLDER",
            description = "Where a folder with the ranks' logs is made. Default: the folder for temporary files.")
    Path logDir;

    @Option(
            names = {"-r", "--redirects"},
            paramLabel = "0-3|RANK:0-3,…",
            defaultValue = "0",
            description = "Write stdout (1), stderr (2) or both (3) into log files only. Default: ${DEFAULT-VALUE}.")
    String redirects;

    @Option(
            names = {"-t", "--tee"},
            paramLabel = "0-3|RANK:0-3,…",
            defaultValue = "3",
            description =
                    "Write them into log files and show them too; torchrun's default is 0. Default: ${DEFAULT-VALUE}.")
    String tee;

    @Option(
            names = {"--log-line-prefix-template", "--log_line_prefix_template"},
            paramLabel = "TEXT",
            description =
                    "What stands in front of shown lines, with role_name, local_rank, rank and hostname as macros in"
                            + " torchrun's form. Default: role_name and local_rank in brackets, and a colon.")
    String linePrefix = "[${role_name}${local_rank}]:";

    @Option(
            names = {"--local-ranks-filter", "--local_ranks_filter"},
            paramLabel = "RANK",
            split = ",",
            description = "Show only these local ranks' output. Log files are written for all.")
    List<Integer> localRanksFilter = List.of();

    @Option(
            names = {"--signals-to-handle", "--signals_to_handle"},
            paramLabel = "SIGNAL",
            split = ",",
            defaultValue = "SIGTERM,SIGINT,SIGHUP",
            description = "Signals that are handed on to the ranks, which then have --shutdown-timeout. Default:"
                    + " ${DEFAULT-VALUE}.")
    List<String> signals;

    @Option(
            names = {"--shutdown-timeout", "--shutdown_timeout"},
            paramLabel = "S",
            defaultValue = "30",
            description = "Seconds between SIGTERM and SIGKILL for ranks that are stopped. Default: ${DEFAULT-VALUE}.")
    int shutdownTimeout;

    @Option(
            names = {"--virtual-local-rank", "--virtual_local_rank"},
            description = "Each rank sees only its own GPU, as device 0, and LOCAL_RANK=0.")
    boolean virtualLocalRank;

    /** How often to look for news. */
    Duration interval() {
        return Duration.ofMillis(Math.max(1, Math.round(monitorInterval * 1000)));
    }

    /** @throws IllegalArgumentException if they do not fit together */
    void check() {
        if (maxRestarts < 0 || shutdownTimeout < 0 || monitorInterval <= 0) {
            throw new IllegalArgumentException(
                    "--max-restarts and --shutdown-timeout should be 0 or more, and --monitor-interval more than 0");
        }
        StreamChoice.parse(redirects);
        StreamChoice.parse(tee);
    }
}

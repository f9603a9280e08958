package dev.gatun.apps.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun launch}: what torchrun does, for Gatun's commands and any other program. */
@Command(
        name = "launch",
        description = "Starts the ranks of a run, here or on several machines, and restarts or stops them together.",
        defaultValueProvider = TorchrunVariables.class,
        footer = {
            "  gatun launch --nproc-per-node 2 -- train sni-mini",
            "  gatun launch --nnodes 2 --node-rank 0 --master-addr host0 --nproc-per-node 8 -- train hart-large",
            "  gatun launch --nproc-per-node 2 --no-python -- ./program argument",
            "",
            "Options are torchrun's; docs/clusters.md tells of several machines, Slurm, Kubernetes, and of runs that hang.",
            "A variable PET_NPROC_PER_NODE and so on stands for an option that is not given.",
            "Exit codes: 0 done; 1 a rank failed; 2 called in a wrong way; 75 the ranks saved a checkpoint, start it again;",
            "128 + n ended by signal n."
        })
public final class LaunchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private LaunchOptions options;

    @Parameters(
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "A command of gatun with its options, or with --no-python a program with its arguments.")
    private List<String> command;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path logs;
        MultiNode machines;
        int ranks;
        try {
            ranks = Devices.ranks(options.nprocPerNode);
            options.check();
            machines = MultiNode.of(options);
            logs = logFolder();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        Agent agent =
                new Agent(options, ranks, options.noPython ? command : GatunJvm.command(command), logs, System.err);
        try (AutoCloseable _ = Signals.listen(options.signals, agent::onSignal);
                Guardian guardian = Guardian.start(Duration.ofSeconds(options.shutdownTimeout));
                Rendezvous rendezvous = machines.isAlone()
                        ? new OneNode(ranks, options.maxRestarts)
                        : new StoreRendezvous(
                                machines, options.nodeRank, ranks, options.interval(), agent::isSignalled)) {
            System.err.println("gatun launch: " + ranks + (ranks == 1 ? " rank" : " ranks") + ", logs in " + logs);
            return agent.run(rendezvous, guardian);
        } catch (IOException | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Path logFolder() throws IOException {
        Path parent = options.logDir != null
                ? options.logDir.toAbsolutePath()
                : Path.of(System.getProperty("java.io.tmpdir"));
        return Files.createTempDirectory(Files.createDirectories(parent), "gatun-" + options.runId + "-");
    }
}

package dev.gatun.apps.bench;

import dev.gatun.apps.bench.distributed.DistributedCommand;
import dev.gatun.apps.bench.gpu.GpuCommand;
import dev.gatun.apps.bench.load.LoadCommand;
import dev.gatun.apps.bench.t5.T5Command;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gatun bench}: the benchmarks that come with the program. */
@Command(
        name = "bench",
        description = "Measures Gatun against C++, other bindings and Python.",
        subcommands = {
            InteropCommand.class,
            T5Command.class,
            LoadCommand.class,
            OptimCommand.class,
            ShardingCommand.class,
            SystemsCommand.class,
            DistributedCommand.class,
            GpuCommand.class
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  gatun bench interop --quick",
            "  gatun bench t5 --row train-mini",
            "  gatun bench load",
            "  gatun bench optim",
            "  gatun bench systems",
            "  gatun bench gpu --python python3"
        })
public final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return CommandLine.ExitCode.USAGE;
    }
}

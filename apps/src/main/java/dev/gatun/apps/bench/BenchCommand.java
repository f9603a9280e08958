package dev.gatun.apps.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gatun bench}: the benchmarks that come with the program. */
@Command(
        name = "bench",
        description = "Measures what calling libtorch from Java costs, and what optimizers cost.",
        subcommands = {InteropCommand.class, OptimCommand.class},
        footerHeading = "%nExample:%n",
        footer = {"  gatun bench interop --quick", "  gatun bench optim"})
public final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return CommandLine.ExitCode.USAGE;
    }
}

package dev.gatun.apps.experiment;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gatun experiment}: the experiments that come with the program. */
@Command(
        name = "experiment",
        description = "Puts the paper's claims to the test at small scale.",
        subcommands = MiniatureCommand.class,
        footerHeading = "%nExample:%n",
        footer = "  gatun experiment miniature --quick")
public final class ExperimentCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return CommandLine.ExitCode.USAGE;
    }
}

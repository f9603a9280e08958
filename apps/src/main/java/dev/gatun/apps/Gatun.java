package dev.gatun.apps;

import dev.gatun.apps.bench.BenchCommand;
import dev.gatun.apps.bundle.BundleCommand;
import dev.gatun.apps.example.ExampleCommand;
import dev.gatun.apps.experiment.ExperimentCommand;
import dev.gatun.apps.faults.FaultsCommand;
import dev.gatun.apps.fetch.FetchCommand;
import dev.gatun.apps.fuzz.FuzzCommand;
import dev.gatun.apps.gpucheck.GpuCheckCommand;
import dev.gatun.apps.launch.LaunchCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The program {@code gatun}. Exit codes: 0 done, 1 failed, 2 called in a wrong way, 75 stopped by a signal with nothing lost.
 *
 * <p>A new command is a picocli class with a first footer line that is an example, named in {@code subcommands} below.
 */
@Command(
        name = "gatun",
        description = "Trains and applies hypernetworks that write adapters for T5 (HART), on libtorch from Java.",
        versionProvider = Version.class,
        subcommands = {
            TrainCommand.class,
            LaunchCommand.class,
            EvaluateCommand.class,
            AdaptCommand.class,
            PredictCommand.class,
            ChatCommand.class,
            ReportCommand.class,
            TablesCommand.class,
            FetchCommand.class,
            ConvertCommand.class,
            ExampleCommand.class,
            BenchCommand.class,
            ExperimentCommand.class,
            FuzzCommand.class,
            FaultsCommand.class,
            BundleCommand.class,
            GpuCheckCommand.class,
            Doctor.class
        },
        footer = {
            "",
            "gatun COMMAND --help tells more of a command; gatun jshell opens a Java shell with Gatun imported.",
            "Environment: GATUN_LIBTORCH (a libtorch folder to use instead of the one from Maven), GATUN_CACHE,",
            "GATUN_JAVA_OPTS (flags for the JVM, for example -Xmx8g), GATUN_DEBUG (any value: as --debug)."
        })
public final class Gatun implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    // Failures looks for it in the arguments themselves: it must work even when they cannot be parsed.
    @Option(
            names = Failures.DEBUG_OPTION,
            scope = ScopeType.INHERIT,
            description = "Show where in the program a failure happened.")
    private boolean debug;

    /** Without a command there is nothing to do: shows the help, as a wrong call. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return CommandLine.ExitCode.USAGE;
    }

    /** The command line as {@link #main} runs it, for tests to run it too. */
    static CommandLine commandLine(Failures failures) {
        CommandLine line = new CommandLine(new Gatun());
        line.setExecutionStrategy(failures::run);
        line.setExecutionExceptionHandler(failures);
        line.setParameterExceptionHandler(failures);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(110);
        CommandList.install(line);
        // What is launched has options of its own.
        line.getSubcommands().get("launch").setStopAtPositional(true);
        return line;
    }

    /** Runs the command that {@code args} name and ends the process with its exit code. */
    public static void main(String[] args) {
        Interrupts.exit(commandLine(Failures.forArguments(args)).execute(args));
    }
}

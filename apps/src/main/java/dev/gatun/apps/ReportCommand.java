package dev.gatun.apps;

import dev.gatun.hart.report.RunReport;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun report}: a page about runs, for a browser. */
@Command(
        name = "report",
        description =
                "Writes a page with a run's curves, scores and predictions, or several runs laid over each other.",
        footer = {
            "  gatun report runs/sni-mini runs/sni-mini-2 -o both.html",
            "",
            "The page is one file that loads nothing. Training writes each run's own, report.html in its folder, after",
            "every checkpoint; a run may be going on while this command reads it."
        })
final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Run folders.")
    private List<Path> runs;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The page. Default: report.html, in the run's folder if there is one run, else here.")
    private Path output;

    @Override
    public Integer call() {
        Path file = output != null
                ? output
                : runs.size() == 1 ? runs.getFirst().resolve(RunReport.FILE) : Path.of(RunReport.FILE);
        RunReport.write(runs, file);
        spec.commandLine().getOut().println("saved: " + file);
        return 0;
    }
}

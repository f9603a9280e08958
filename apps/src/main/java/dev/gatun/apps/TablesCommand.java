package dev.gatun.apps;

import dev.gatun.hart.report.PaperTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatun tables}: the paper's tables with our figures in them. */
@Command(
        name = "tables",
        description = "Prints the paper's Tables 2 to 5 with the figures of runs beside the paper's.",
        footer = {
            "  gatun tables runs/* --format markdown",
            "",
            "A run counts for the row of its system and the column of its size; several of the same are averaged.",
            "An average marked * is not the one that the paper prints, which is not the mean of its columns."
        })
final class TablesCommand implements Callable<Integer> {
    private static final Path RUNS = Path.of("runs");

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "RUN", description = "Run folders. Default: all in ./runs.")
    private List<Path> runs;

    @Option(names = "--format", defaultValue = "TEXT", description = "${COMPLETION-CANDIDATES}; default: text.")
    private PaperTables.Format format;

    @Override
    public Integer call() throws IOException {
        spec.commandLine().getOut().print(PaperTables.of(runs == null ? all() : runs, format));
        spec.commandLine().getOut().flush();
        return 0;
    }

    private static List<Path> all() throws IOException {
        if (!Files.isDirectory(RUNS)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(RUNS)) {
            return folders.filter(folder -> Files.isRegularFile(folder.resolve("config.yaml")))
                    .sorted()
                    .toList();
        }
    }
}

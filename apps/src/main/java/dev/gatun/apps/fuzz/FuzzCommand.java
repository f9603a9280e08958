package dev.gatun.apps.fuzz;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gatun fuzz}: no call may end the process. */
@Command(
        name = "fuzz",
        description = "Calls every op with valid and hostile arguments in child processes; fails if one dies or hangs.",
        footer = {
            "  gatun fuzz --seed 7 --calls 200000 --output fuzz",
            "  gatun fuzz --seed 7 --op aten::mm --call 12   (one call again, with its arguments)"
        })
public final class FuzzCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--calls",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Calls of all ops together; each op gets its share. Default: ${DEFAULT-VALUE}.")
    private int calls;

    @Option(
            names = "--processes",
            paramLabel = "N",
            defaultValue = "1",
            description = "Children at a time. Default: ${DEFAULT-VALUE}.")
    private int processes;

    @Option(
            names = "--memory",
            paramLabel = "MB",
            defaultValue = "3072",
            description = "Each child's limit on its address space. Default: ${DEFAULT-VALUE}.")
    private int memory;

    @Option(
            names = "--deadline",
            paramLabel = "S",
            defaultValue = "10",
            description = "Seconds after which a call counts as hung. Default: ${DEFAULT-VALUE}.")
    private int deadline;

    @Option(names = "--op", paramLabel = "NAME", description = "Only this op, for example aten::mm; may be repeated.")
    private List<String> ops = List.of();

    @Option(names = "--call", paramLabel = "N", defaultValue = "-1", description = "Only this call of each op.")
    private int call;

    @Option(
            names = "--search",
            paramLabel = "TRIES",
            defaultValue = "0",
            hidden = true,
            description = "Looks for valid calls of the ops that have none yet, and prints them.")
    private int search;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "Where report.json and the children's files go; default: a temporary folder.")
    private Path output;

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireKnown();
        Path folder = output == null ? Files.createTempDirectory("gatun-fuzz") : Files.createDirectories(output);
        PrintWriter out = spec.commandLine().getOut();
        FuzzRun.Options options =
                new FuzzRun.Options(seed, calls, processes, memory, deadline, List.copyOf(ops), call, search);
        FuzzReport report = new FuzzRun(options, folder).run(spec.commandLine().getErr());
        if (search > 0) {
            return 0;
        }
        boolean all = ops.isEmpty() && call < 0;
        FuzzTable.print(report, all, out);
        Files.writeString(folder.resolve("report.json"), FuzzTable.json(report));
        out.println("written: " + folder.resolve("report.json"));
        out.flush();
        return report.findings().isEmpty() && (!all || report.surprises().isEmpty()) ? 0 : 1;
    }

    private void requireKnown() {
        if (calls < 1 || processes < 1 || deadline < 1) {
            throw new ParameterException(spec.commandLine(), "--calls, --processes and --deadline must be at least 1");
        }
        List<String> known = FuzzOp.all().stream().map(FuzzOp::name).toList();
        for (String op : ops) {
            if (!known.contains(op)) {
                throw new ParameterException(
                        spec.commandLine(), "there is no op " + op + " (names look like aten::mm)");
            }
        }
    }
}

package dev.gatun.apps.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.Interrupts;
import dev.gatun.apps.bench.Machine;
import dev.gatun.hart.experiment.Arm;
import dev.gatun.hart.experiment.ConsistencyGrid;
import dev.gatun.hart.experiment.Findings;
import dev.gatun.hart.experiment.FindingsText;
import dev.gatun.hart.experiment.Miniature;
import dev.gatun.hart.experiment.Scale;
import dev.gatun.hart.model.Pairing;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gatun experiment miniature}: the paper's claims on strings of symbols, with intervals. */
@Command(
        name = "miniature",
        description = "Trains small hypernetworks on generated tasks and says which of the paper's claims hold.",
        footerHeading = "%nExample:%n",
        footer = {
            "  gatun experiment miniature --arms i,ii --seeds 3 -o runs/miniature",
            "",
            "Each finished hypernetwork is a file in the folder: the same call after Ctrl-C or a crash goes on, and more seeds",
            "or arms add to it. The folder gets miniature.md, miniature.json and pictures; --report writes them from what is",
            "there and trains nothing."
        })
final class MiniatureCommand implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--arms",
            split = ",",
            paramLabel = "ARM",
            defaultValue = "i,ii,iii",
            description = "i: what carries the adaptation; ii: generators; iii: the consistency loss. Default: all.")
    private List<Arm> arms;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Paired seeds; more make intervals narrower. Default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "Where results are kept. Default: runs/miniature, or runs/miniature-quick and so on.")
    private Path folder;

    @Option(
            names = "--quick",
            description = "A smaller model and few steps: shows the path in minutes, decides little.")
    private boolean quick;

    @Option(
            names = "--layers",
            paramLabel = "N",
            description =
                    "Layers of each of the main model's stacks, for example 8 to deepen arm ii. Default: the size's own.")
    private Integer layers;

    @Option(
            names = "--width",
            paramLabel = "N",
            description =
                    "Width of the main model, for example 128, the specification's, which takes about twice as long."
                            + " Default: the size's own.")
    private Integer width;

    @Option(
            names = "--batches",
            split = ",",
            paramLabel = "B",
            defaultValue = "8",
            description =
                    "Tasks a step in arm iii, for example 8,64 (64 takes eight times as long). Default: ${DEFAULT-VALUE}.")
    private List<Integer> batches;

    @Option(
            names = "--alphas",
            split = ",",
            paramLabel = "A",
            defaultValue = "1,20",
            description = "Weights of the consistency loss in arm iii, beside 0, for example 1,5,20. Default:"
                    + " ${DEFAULT-VALUE}.")
    private List<Double> alphas;

    @Option(
            names = "--pairings",
            split = ",",
            paramLabel = "P",
            defaultValue = "slot",
            description = "What the consistency loss compares in arm iii: ${COMPLETION-CANDIDATES}. Default:"
                    + " ${DEFAULT-VALUE}.")
    private List<Pairing> pairings;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "2",
            description =
                    "Hypernetworks trained side by side, each in one thread; results do not depend on it. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int workers;

    @Option(names = "--report", description = "Train nothing; write the page from what the folder holds.")
    private boolean reportOnly;

    @Override
    public Integer call() throws IOException {
        if (seeds < 1 || workers < 1) {
            throw new ParameterException(spec.commandLine(), "--seeds and --workers are at least 1");
        }
        PrintWriter out = spec.commandLine().getOut();
        Path where = folder != null ? folder : Path.of("runs", name());
        Miniature miniature = open(where);
        boolean complete = true;
        if (!reportOnly) {
            out.println("results: " + where);
            try (Interrupts interrupts = new Interrupts()) {
                complete = miniature.run(
                        workers,
                        line -> {
                            synchronized (out) {
                                out.println(line);
                                out.flush();
                            }
                        },
                        interrupts::requested);
            }
        }
        write(miniature.findings(), where, out);
        return complete ? 0 : INTERRUPTED;
    }

    private String name() {
        return "miniature" + (quick ? "-quick" : "") + (width == null ? "" : "-" + width + "-wide")
                + (layers == null ? "" : "-" + layers + "-layers");
    }

    private Miniature open(Path where) {
        Scale scale = quick ? Scale.QUICK : Scale.FULL;
        try {
            return new Miniature(
                    where,
                    scale.withModel(width == null ? scale.dModel() : width, layers == null ? scale.layers() : layers),
                    arms,
                    new ConsistencyGrid(batches, alphas, pairings),
                    seeds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static void write(Findings findings, Path where, PrintWriter out) throws IOException {
        FindingsText text = new FindingsText(findings);
        out.println();
        out.print(text.plain());
        List<String> pictures = MiniaturePlots.draw(findings.figures(), where, out);
        Files.writeString(where.resolve("miniature.txt"), text.plain());
        Files.writeString(where.resolve("miniature.md"), text.markdown(machine(), pictures));
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(where.resolve("miniature.json").toFile(), findings);
        out.println("page: " + where.resolve("miniature.md"));
    }

    private static List<String> machine() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, Object> entry : Machine.describe().entrySet()) {
            lines.add(entry.getKey() + ": " + entry.getValue());
        }
        lines.add(String.format(
                Locale.ROOT,
                "load average when the page was written: %.1f (above the number of cores, others were computing too)",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
        return lines;
    }
}

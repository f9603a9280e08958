package dev.gatun.apps.bench.distributed;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun bench distributed}: one run, one page with the tables, the figures as JSON. */
@Command(
        name = "distributed",
        description =
                "Measures all-reduce against raw Gloo, and data-parallel steps over a slow link; models more ranks.",
        footerHeading = "%nExample:%n",
        footer = {
            "  gatun bench distributed -o bench/distributed",
            "",
            "Two ranks of one thread each run on this machine, so it needs two processors that have nothing else to do. The",
            "slow link is between two network namespaces and takes root and the command ip; without them it is left out."
        })
public final class DistributedCommand implements Callable<Integer> {
    private static final double MEGABIT = 1e6 / 8;
    private static final double MILLI = 1e-3;
    private static final long MEBI = 1 << 20;
    private static final List<String> MODELS = List.of("t5-v1_1-large", "t5-v1_1-xl");

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            defaultValue = "bench/distributed",
            description = "Where distributed.md and distributed.json go. Default: ${DEFAULT-VALUE}.")
    private Path output;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "12",
            description = "How often each takes its turn. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--largest",
            paramLabel = "MIB",
            defaultValue = "256",
            description = "The largest tensor that is all-reduced. Default: ${DEFAULT-VALUE}.")
    private long largest;

    @Option(
            names = "--delay",
            paramLabel = "MS",
            defaultValue = "1",
            description = "The slow link's delay in each direction. Default: ${DEFAULT-VALUE}.")
    private double delay;

    @Option(
            names = "--bandwidth",
            paramLabel = "MBIT",
            defaultValue = "200",
            description = "The slow link's bandwidth in each direction, in Mbit/s. Default: ${DEFAULT-VALUE}.")
    private double bandwidth;

    @Option(
            names = "--layers",
            paramLabel = "N",
            defaultValue = "24",
            description = "Layers of the model that is trained over it. Default: ${DEFAULT-VALUE}.")
    private int layers;

    @Option(
            names = "--width",
            paramLabel = "N",
            defaultValue = "512",
            description = "Their width: each has a gradient of 4 * N * N bytes. Default: ${DEFAULT-VALUE}.")
    private long width;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "4096",
            description = "Rows of a rank's batch. Default: ${DEFAULT-VALUE}.")
    private long rows;

    @Option(
            names = "--models",
            split = ",",
            paramLabel = "NAME",
            description = "The T5s whose steps are modelled. Default: t5-v1_1-large,t5-v1_1-xl.")
    private List<String> models = MODELS;

    @Option(
            names = "--sequences",
            paramLabel = "N",
            defaultValue = "8",
            description = "Sequences of a rank's batch there. Default: ${DEFAULT-VALUE}.")
    private int sequences;

    @Option(
            names = "--source",
            paramLabel = "N",
            defaultValue = "512",
            description = "Tokens of a sequence that the encoder reads. Default: ${DEFAULT-VALUE}.")
    private int source;

    @Option(
            names = "--target",
            paramLabel = "N",
            defaultValue = "128",
            description = "Tokens of a sequence that the decoder writes. Default: ${DEFAULT-VALUE}.")
    private int target;

    @Option(
            names = "--tflops",
            paramLabel = "N",
            defaultValue = "120",
            description = "What a rank's processor is assumed to reach there. Default: ${DEFAULT-VALUE}.")
    private double tflops;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Files.createDirectories(output);
        DistributedPage page =
                new DistributedPage(("./gatun bench distributed " + String.join(" ", options())).strip());
        out.println("all-reduce between two ranks on this machine");
        out.flush();
        page.bandwidth(RankProcesses.onThisMachine(2, BandwidthRank.class, rounds, largest * MEBI));
        out.println("data-parallel steps over a slow link");
        out.flush();
        overlap(page);
        for (String model : models) {
            out.println("measuring layers of " + model);
            out.flush();
            T5Steps steps = new T5Steps(model, source, target);
            page.model(model, steps, steps.measure(Math.max(1, rounds / 3)), sequences, tflops * 1e12);
        }
        out.print(page.write(output));
        out.println("written to " + output);
        out.flush();
        return 0;
    }

    /** The arguments behind this command's name. */
    private List<String> options() {
        List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
        return arguments.subList(arguments.indexOf(spec.name()) + 1, arguments.size());
    }

    private void overlap(DistributedPage page) throws IOException, InterruptedException {
        Object[] work = {layers, width, rows, MEBI, rounds};
        List<JsonNode> alone = RankProcesses.onThisMachine(1, OverlapRank.class, work);
        String missing = ShapedLink.missing();
        if (missing != null) {
            page.noLink(missing);
            return;
        }
        Fabric.Link link = new Fabric.Link(delay * MILLI, bandwidth * MEGABIT);
        try (ShapedLink shaped = new ShapedLink(link.latency(), link.bandwidth())) {
            List<JsonNode> two = RankProcesses.over(shaped, OverlapRank.class, work);
            page.overlap(link, layers, width, rows, MEBI, alone, two);
        }
    }
}

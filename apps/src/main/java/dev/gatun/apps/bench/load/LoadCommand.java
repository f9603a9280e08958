package dev.gatun.apps.bench.load;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.bench.LastLine;
import dev.gatun.apps.launch.GatunJvm;
import dev.gatun.hart.train.Folders;
import dev.gatun.nn.t5.T5Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun bench load}. */
@Command(
        name = "load",
        description = "Measures how long a T5 of random weights takes to load, and in how much memory; with --python,"
                + " transformers beside it.",
        footerHeading = "%nExample:%n",
        footer = {
            "  gatun bench load --python python3 -o docs/benchmarks",
            "",
            "Needs room for two or three copies of the weights (T5-Large: 3.1 GB each) in the folder for temporary files."
        })
public final class LoadCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--model",
            paramLabel = "NAME",
            defaultValue = "t5-v1_1-large",
            description = "A T5 by its name on the hub (${DEFAULT-VALUE}).")
    private String model;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Processes for each way and peer (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(names = "--python", paramLabel = "FILE", description = "A Python with torch and transformers.")
    private String python;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "Where load.md and load.json go.")
    private Path output = Path.of("bench");

    @Option(names = "--measure", hidden = true, paramLabel = "WAY", description = "Measure here.")
    private LoadWay measured;

    @Option(names = "--checkpoint", hidden = true, paramLabel = "FOLDER", description = "What to measure.")
    private Path checkpoint;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (measured != null) {
            out.println(JSON.writeValueAsString(LoadWorker.measure(measured, checkpoint)));
            out.flush();
            return 0;
        }
        T5Config config = T5Config.preset(model);
        Files.createDirectories(output);
        Path folder = Files.createTempDirectory("gatun-load-");
        Thread tidying = new Thread(() -> delete(folder));
        Runtime.getRuntime().addShutdownHook(tidying);
        try {
            say(out, "writing " + model + " with random weights");
            long parameters = LoadCheckpoint.write(config, folder);
            if (python != null) {
                LoadCheckpoint.writeBin(folder, python);
            }
            LoadPage page = new LoadPage(model, parameters, bytes(folder), rounds, python != null);
            for (LoadWay way : ways()) {
                page.add(way, measure(way, folder.resolve(way.folder), out));
            }
            out.print(page.write(output));
            say(out, "written to " + output);
        } finally {
            Runtime.getRuntime().removeShutdownHook(tidying);
            delete(folder);
        }
        return 0;
    }

    private static long bytes(Path folder) throws IOException {
        return LoadCheckpoint.bytes(folder.resolve(LoadWay.ONE_FILE.folder));
    }

    private List<LoadWay> ways() {
        List<LoadWay> all = new ArrayList<>(List.of(LoadWay.values()));
        if (python == null) {
            all.remove(LoadWay.BIN);
        }
        return all;
    }

    /** Each peer's medians; they take turns. */
    private Map<LoadPage.Peer, LoadMeasurement> measure(LoadWay way, Path from, PrintWriter out) throws IOException {
        Map<LoadPage.Peer, List<LoadMeasurement>> all = new EnumMap<>(LoadPage.Peer.class);
        for (int round = 1; round <= rounds; round++) {
            say(out, way.title + ", round " + round + " of " + rounds);
            all.computeIfAbsent(LoadPage.Peer.GATUN, _ -> new ArrayList<>()).add(run(gatun(way, from)));
            if (python != null && way.isTransformers()) {
                all.computeIfAbsent(LoadPage.Peer.TRANSFORMERS, _ -> new ArrayList<>())
                        .add(run(transformers(from)));
            }
        }
        Map<LoadPage.Peer, LoadMeasurement> medians = new EnumMap<>(LoadPage.Peer.class);
        all.forEach((peer, measurements) -> medians.put(peer, LoadMeasurement.median(measurements)));
        return medians;
    }

    private static LoadMeasurement run(List<String> command) throws IOException {
        LastLine said = LastLine.of(command, null);
        if (said.exitCode() != 0) {
            throw new IOException(command.getFirst() + " ended with " + said.exitCode() + ": " + said.error());
        }
        return JSON.readValue(said.line(), LoadMeasurement.class);
    }

    private static List<String> gatun(LoadWay way, Path from) {
        return GatunJvm.command(List.of("bench", "load", "--measure", way.name(), "--checkpoint", from.toString()));
    }

    private List<String> transformers(Path from) throws IOException {
        try (InputStream in = LoadCommand.class.getResourceAsStream("transformers_load.py")) {
            return List.of(python, "-c", new String(in.readAllBytes(), StandardCharsets.UTF_8), from.toString());
        }
    }

    private static void say(PrintWriter out, String text) {
        out.println(text);
        out.flush();
    }

    private static void delete(Path folder) {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            System.err.println(folder + " could not be deleted: " + e);
        }
    }
}

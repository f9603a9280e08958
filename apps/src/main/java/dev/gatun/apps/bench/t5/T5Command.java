package dev.gatun.apps.bench.t5;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatun bench t5}. */
@Command(
        name = "t5",
        description = "Measures T5: training step, generation and optimizer step, against a C++ program of the same ops"
                + " and, with --python, against transformers on the same libtorch.",
        footerHeading = "%nExample:%n",
        footer = {"  gatun bench t5 --python python3 -o docs/benchmarks"})
public final class T5Command implements Callable<Integer> {
    @Option(names = "--row", paramLabel = "NAME", description = "Only these rows: train-mini, generate-small, ...")
    private List<String> rows;

    @Option(names = "--rounds", paramLabel = "N", description = "Processes for each row and peer (${DEFAULT-VALUE}).")
    private int rounds = 2;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description = "Of each of a process's " + T5Peers.TURNS + " turns (${DEFAULT-VALUE}).")
    private double seconds = 2;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of libtorch (default: all cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--python",
            paramLabel = "FILE",
            description = "A Python with torch and transformers; Gatun then also runs on its libtorch.")
    private String python;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "Where t5.md and t5.json go.")
    private Path output = Path.of("bench");

    @Option(names = "--measure", hidden = true, paramLabel = "ROW", description = "Measure here, in turns.")
    private String measured;

    @Option(names = "--without-cpp", hidden = true, description = "Leave the C++ program out.")
    private boolean withoutCpp;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (measured != null) {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            T5Worker.serve(T5Row.of(measured), threads, !withoutCpp, in, out);
            return 0;
        }
        Files.createDirectories(output);
        T5Peers peers = new T5Peers(seconds, threads, python);
        Map<T5Row, Map<String, List<T5Measurement>>> results = new LinkedHashMap<>();
        String page = "";
        for (T5Row row : rows()) {
            Map<String, List<T5Measurement>> ofRow = new LinkedHashMap<>();
            for (int round = 1; round <= rounds; round++) {
                out.printf("%s, round %d of %d%n", row.title(), round, rounds);
                out.flush();
                peers.measure(row)
                        .forEach((peer, measurement) -> ofRow.computeIfAbsent(peer, _ -> new ArrayList<>())
                                .addAll(measurement));
            }
            results.put(row, ofRow);
            // After each row, so that one that is broken off keeps what it has measured.
            page = new T5Page(results, rounds, seconds, threads).write(output);
        }
        out.print(page);
        out.println("written to " + output);
        out.flush();
        return 0;
    }

    private List<T5Row> rows() {
        if (rows != null) {
            return rows.stream().map(T5Row::of).toList();
        }
        List<T5Row> all = new ArrayList<>();
        for (T5Size size : T5Size.values()) {
            for (T5Row.Kind kind : T5Row.Kind.values()) {
                all.add(new T5Row(kind, size));
            }
        }
        return all;
    }
}

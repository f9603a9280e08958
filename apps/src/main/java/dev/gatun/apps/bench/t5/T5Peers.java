package dev.gatun.apps.bench.t5;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.apps.Gatun;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a row in a process of its own for each peer, one after the other. */
final class T5Peers {
    static final String GATUN = "gatun";
    static final String OTHER = "gatun on Python's libtorch";
    static final String TRANSFORMERS = "transformers";

    private final double seconds;
    private final int threads;
    private final String python;
    private final String otherLibtorch;

    /** @throws IOException if {@code python} does not have torch and transformers */
    T5Peers(double seconds, int threads, String python) throws IOException {
        this.seconds = seconds;
        this.threads = threads;
        this.python = python;
        String folder = "import torch, transformers, os; print(os.path.join(os.path.dirname(torch.__file__), 'lib'))";
        otherLibtorch = python == null ? null : run(List.of(python, "-c", folder));
    }

    /** One measurement of each peer. */
    Map<String, T5Measurement> measure(T5Row row) throws IOException {
        Map<String, T5Measurement> measured = new LinkedHashMap<>();
        measured.put(GATUN, parse(run(gatun(row, null))));
        if (python != null) {
            measured.put(OTHER, parse(run(gatun(row, otherLibtorch))));
            measured.put(TRANSFORMERS, parse(run(transformers(row))));
        }
        return measured;
    }

    private static T5Measurement parse(String json) throws IOException {
        return new ObjectMapper().readValue(json, T5Measurement.class);
    }

    private List<String> gatun(T5Row row, String libtorch) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow"));
        if (libtorch != null) {
            command.add("-Dgatun.libtorch=" + libtorch);
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Gatun.class.getName(), "bench", "t5"));
        command.addAll(List.of("--measure", row.toString(), "--seconds", "" + seconds, "--threads", "" + threads));
        if (libtorch != null) {
            command.add("--without-cpp");
        }
        return command;
    }

    private List<String> transformers(T5Row row) throws IOException {
        try (InputStream in = T5Peers.class.getResourceAsStream("transformers_t5.py")) {
            String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            T5Size size = row.size();
            return List.of(
                    python,
                    "-c",
                    script,
                    row.kind().name(),
                    "" + size.dModel,
                    "" + size.dFf,
                    "" + size.heads,
                    "" + size.layers,
                    "" + seconds,
                    "" + threads);
        }
    }

    /** The last line that {@code command} prints. */
    private static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = process.inputReader().lines().toList();
        try {
            if (process.waitFor() != 0 || lines.isEmpty()) {
                throw new IOException(command.getFirst() + " ended with status " + process.exitValue()
                        + " instead of printing its measurement");
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a measurement ran", e);
        }
        return lines.getLast();
    }
}

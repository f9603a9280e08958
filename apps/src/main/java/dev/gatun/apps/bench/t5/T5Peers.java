package dev.gatun.apps.bench.t5;

import dev.gatun.apps.bench.gpu.PythonTorch;
import dev.gatun.apps.launch.GatunJvm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a row in a process of its own for each peer. */
final class T5Peers {
    static final int TURNS = 4;
    static final String GATUN = "gatun";
    static final String OTHER = "gatun on Python's libtorch";
    static final String TRANSFORMERS = "transformers";

    private final double seconds;
    private final int threads;
    private final String python;
    private final String otherLibtorch;

    /**
     * @param seconds of a turn
     * @throws IOException if {@code python} has no torch
     */
    T5Peers(double seconds, int threads, String python) throws IOException {
        this.seconds = seconds;
        this.threads = threads;
        this.python = python;
        otherLibtorch = python == null ? null : PythonTorch.libraries(python);
    }

    /**
     * Measures a row: against the C++ program in one process, and against transformers in two that take turns, so that what the
     * machine does besides in these minutes is in both.
     */
    Map<String, List<T5Measurement>> measure(T5Row row) throws IOException {
        Map<String, List<T5Measurement>> measured = new LinkedHashMap<>();
        measured.put(GATUN, inTurns(List.of(gatun(row, null))));
        if (python != null) {
            List<T5Measurement> pair = inTurns(List.of(gatun(row, otherLibtorch), transformers(row)));
            measured.put(OTHER, pair.subList(0, 1));
            measured.put(TRANSFORMERS, pair.subList(1, 2));
        }
        return measured;
    }

    private List<T5Measurement> inTurns(List<List<String>> commands) throws IOException {
        List<T5Process> processes = new ArrayList<>();
        try {
            for (List<String> command : commands) {
                processes.add(new T5Process(command));
            }
            for (int turn = 0; turn < TURNS; turn++) {
                for (T5Process process : turn % 2 == 0 ? processes : processes.reversed()) {
                    process.turn(seconds);
                }
            }
            List<T5Measurement> measured = new ArrayList<>();
            for (T5Process process : processes) {
                measured.add(process.end());
            }
            return measured;
        } finally {
            processes.forEach(T5Process::close);
        }
    }

    private List<String> gatun(T5Row row, String libtorch) {
        List<String> arguments =
                new ArrayList<>(List.of("bench", "t5", "--measure", row.toString(), "--threads", "" + threads));
        if (libtorch == null) {
            return GatunJvm.command(arguments);
        }
        arguments.add("--without-cpp");
        List<String> command = GatunJvm.command(arguments);
        command.add(command.indexOf("-cp"), "-Dgatun.libtorch=" + libtorch);
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
                    "" + threads);
        }
    }
}

package dev.gatun.apps.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** PyTorch's own eager mode: the same ops in a Python process. */
final class PythonPeer {
    static final String PEER = "python";

    private final Path python;

    PythonPeer(Path python) {
        this.python = python;
    }

    /** Measures both; returns that PyTorch's version. */
    String measure(InteropRun run, Results results) throws IOException {
        JsonNode times;
        String libraries;
        String version;
        try (InputStream in = PythonPeer.class.getResourceAsStream("eager.py")) {
            String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            JsonNode printed = new ObjectMapper().readTree(run(script));
            times = printed.get("times");
            libraries = printed.get("lib").asText();
            version = printed.get("version").asText();
        }
        times.properties()
                .forEach(entry -> entry.getValue()
                        .forEach(time ->
                                results.add(Results.op(PEER, Workload.valueOf(entry.getKey()), 1), time.asDouble())));
        run.opsOn(libraries, results);
        return version;
    }

    private String run(String script) throws IOException {
        Process process = new ProcessBuilder(List.of(python.toString(), "-c", script))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(python + " could not time PyTorch: see its message above");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroy();
            throw new IOException("interrupted while Python ran", e);
        }
        return printed;
    }
}

package dev.gatun.hart.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code environment.json}: what a run was made with, as far as it may change its last bits or its speed. */
final class Environment {
    static final String FILE = "environment.json";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Environment() {}

    /** Writes the file anew: the last start of a run is what it tells of. */
    static void save(Path run) throws IOException {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("started", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put("libtorch", Torch.version());
        facts.put("threads", Torch.getNumThreads());
        facts.put("cpu", Torch.cpuCapability());
        facts.put("processors", Runtime.getRuntime().availableProcessors());
        facts.put("java", Runtime.version().toString());
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        Path beside = run.resolve(FILE + ".tmp");
        Files.writeString(beside, JSON.writeValueAsString(facts));
        Files.move(beside, run.resolve(FILE), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}

package dev.gatun.hart.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.hart.report.RunEvents;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code metrics.jsonl}: a JSON object a line, and the same numbers as TensorBoard's events. A resumed run drops what is
 * past its checkpoint from both, so no step repeats.
 */
final class MetricsLog implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private final BufferedWriter out;
    private final RunEvents events;

    /** Opens the log for appending, after removing the lines of {@code stage} at or past {@code nextStep}. */
    MetricsLog(Path path, String stage, long nextStep) {
        this.path = path;
        try {
            if (Files.exists(path)) {
                truncate(stage, nextStep);
            }
            out = Files.newBufferedWriter(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new RunException("cannot open " + path + ": " + e.getMessage(), e);
        }
        events = RunEvents.open(path.resolveSibling(""), stage, nextStep);
    }

    private void truncate(String stage, long nextStep) throws IOException {
        List<String> kept = new ArrayList<>();
        for (String line : Files.readAllLines(path)) {
            Map<?, ?> entry = parse(line);
            boolean later = entry == null
                    || stage.equals(entry.get("stage")) && ((Number) entry.get("step")).longValue() >= nextStep;
            if (!later) {
                kept.add(line);
            }
        }
        Path beside = path.resolveSibling(path.getFileName() + ".tmp");
        Files.write(beside, kept);
        Files.move(beside, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    /** Null for a line that a kill cut short. */
    private static Map<?, ?> parse(String line) {
        try {
            return JSON.readValue(line, Map.class);
        } catch (IOException e) {
            return null;
        }
    }

    void write(Map<String, Object> entry) {
        try {
            out.write(JSON.writeValueAsString(entry));
            out.newLine();
            out.flush();
            events.scalars(((Number) entry.get("step")).longValue(), entry);
        } catch (IOException e) {
            throw new RunException(
                    "cannot write " + path + ": " + e.getMessage()
                            + "; the last checkpoint is whole: make room, then resume",
                    e);
        }
    }

    @Override
    public void close() {
        try (events) {
            out.close();
        } catch (IOException e) {
            throw new RunException("cannot close " + path + ": " + e.getMessage(), e);
        }
    }
}

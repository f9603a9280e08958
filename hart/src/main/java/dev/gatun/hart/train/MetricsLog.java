package dev.gatun.hart.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.hart.report.RunEvents;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code metrics.jsonl}: a JSON object a line, and the same numbers as TensorBoard's events. A resumed run drops what is
 * past its checkpoint from both, so no step repeats.
 */
final class MetricsLog implements AutoCloseable {
    private static final String NAME = "metrics.jsonl";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private final BufferedWriter out;
    private final RunEvents events;

    /** Opens a run's log, whose events are beside it; that of another rank than the first is in {@code ranks/N/} and has none. */
    static MetricsLog ofRank(RunFolder folder, int rank, String stage, long nextStep) {
        Path path = rank == 0 ? folder.resolve(NAME) : folder.resolve("ranks").resolve(rank + "/" + NAME);
        return new MetricsLog(path, stage, nextStep, rank == 0);
    }

    /** Opens a log with events for appending, after removing the lines of {@code stage} at or past {@code nextStep}. */
    MetricsLog(Path path, String stage, long nextStep) {
        this(path, stage, nextStep, true);
    }

    private MetricsLog(Path path, String stage, long nextStep, boolean withEvents) {
        this.path = path;
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            if (Files.exists(path)) {
                truncate(stage, nextStep);
            }
            out = Files.newBufferedWriter(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new RunException("cannot open " + path + ": " + e.getMessage(), e);
        }
        events = withEvents ? RunEvents.open(path.resolveSibling(""), stage, nextStep) : null;
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
        // Atomically: a plain move deletes its target before it renames, and a kill between the two would lose all
        // lines.
        Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE);
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
            if (events != null) {
                events.scalars(((Number) entry.get("step")).longValue(), entry);
            }
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

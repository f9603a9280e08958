package dev.gatun.apps.fetch;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code fetched.json} beside what was fetched: where each file is from, its size and hash, and who vouched for them. */
final class FetchNotes {
    static final String FILE = "fetched.json";

    /** What is written where nobody told the hash beforehand: it is only what came. */
    static final String UNVERIFIED = "unverified";

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path file;
    private final Map<String, Map<String, Object>> notes;

    /** The notes of {@code folder}, empty if there are none that can be read. */
    FetchNotes(Path folder) {
        this.file = folder.resolve(FILE);
        this.notes = read(file);
    }

    private static Map<String, Map<String, Object>> read(Path file) {
        try {
            return Files.exists(file)
                    ? JSON.readValue(file.toFile(), new TypeReference<LinkedHashMap<String, Map<String, Object>>>() {})
                    : new LinkedHashMap<>();
        } catch (IOException e) {
            return new LinkedHashMap<>(); // damaged: files are then checked as if there were none
        }
    }

    /** The hash noted of a file, or empty. */
    String sha256(String name) {
        return notes.getOrDefault(name, Map.of()).getOrDefault("sha256", "").toString();
    }

    /** Notes a file that has just come; a hash that nobody told is computed. Returns whether somebody had told it. */
    boolean add(RemoteFile came, Path path) throws IOException {
        boolean verified = !came.sha256().isEmpty();
        Map<String, Object> note = new LinkedHashMap<>();
        note.put("from", came.uri().toString());
        note.put("bytes", Files.size(path));
        note.put("sha256", verified ? came.sha256() : Checks.sha256(path));
        note.put("hash_told_by", verified ? came.by() : UNVERIFIED);
        note.put("fetched", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        notes.put(came.name(), note);
        Path beside = file.resolveSibling(FILE + ".tmp");
        Files.writeString(beside, JSON.writeValueAsString(notes));
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return verified;
    }
}

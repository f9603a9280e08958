package dev.gatun.hart.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Reads files that a run may be writing at this moment: what is not there yet, or only half, is left out. */
final class JsonLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonLines() {}

    /** Hands each line that is a JSON object to {@code reader}; a torn one is no object. No file, no lines. */
    static void read(Path file, Consumer<JsonNode> reader) {
        if (!Files.isRegularFile(file)) {
            return;
        }
        // Not Files.newBufferedReader: the last line may end within a letter, which that one refuses.
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode node = parse(line);
                if (node.isObject()) {
                    reader.accept(node);
                }
            }
        } catch (IOException e) {
            throw new ReportException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** A whole file of JSON; a missing node if it is not there or not whole. */
    static JsonNode file(Path file) {
        try {
            return Files.isRegularFile(file) ? parse(Files.readString(file)) : JSON.missingNode();
        } catch (IOException e) {
            throw new ReportException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return JSON.missingNode();
        }
    }
}

package dev.gatun.data.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.data.DataException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.BiConsumer;

/** Reads files with one JSON object a line. */
public final class JsonLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonLines() {}

    /** Gives every object with its place, {@code FILE:LINE}; {@code expected} says in errors what a line should be. */
    public static void read(Path file, String expected, BiConsumer<JsonNode, String> each) {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            read(reader, file.toString(), expected, each);
        } catch (NoSuchFileException e) {
            throw new DataException(file + ": no such file; expected JSON lines, each " + expected, e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e + "); expected JSON lines, each " + expected, e);
        }
    }

    /** The same from an open reader, whose name is {@code name}. */
    public static void read(BufferedReader reader, String name, String expected, BiConsumer<JsonNode, String> each)
            throws IOException {
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            String where = name + ":" + ++number;
            if (line.isBlank()) {
                continue;
            }
            JsonNode node;
            try {
                node = JSON.readTree(line);
            } catch (JsonProcessingException e) {
                throw new DataException(
                        where + ": not JSON (" + e.getOriginalMessage() + "); expected " + expected + " on each line",
                        e);
            }
            if (!node.isObject()) {
                throw new DataException(where + ": not a JSON object; expected " + expected + " on each line");
            }
            each.accept(node, where);
        }
    }

    /** The text of a field that must be there. */
    public static String text(JsonNode node, String key, String where, String expected) {
        JsonNode value = node.path(key);
        if (!value.isTextual()) {
            throw new DataException(where + ": \"" + key + "\" is "
                    + (value.isMissingNode() ? "missing" : "not a string") + "; expected " + expected);
        }
        return value.textValue();
    }
}

package dev.gatun.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads reference numbers from the folder that the system property {@code gatun.golden} names. */
final class Golden {
    static final ObjectMapper JSON = new ObjectMapper();

    private Golden() {}

    static Path path(String relative) {
        String folder = System.getProperty("gatun.golden");
        if (folder == null) {
            throw new IllegalStateException("the system property gatun.golden is not set; it names the golden folder");
        }
        return Path.of(folder).resolve(relative);
    }

    static JsonNode json(String relative) {
        try {
            return JSON.readTree(Files.readAllBytes(path(relative)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> strings(JsonNode array) {
        List<String> values = new ArrayList<>();
        array.forEach(value -> values.add(value.textValue()));
        return values;
    }

    static long[] longs(JsonNode array) {
        long[] values = new long[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).longValue();
        }
        return values;
    }
}

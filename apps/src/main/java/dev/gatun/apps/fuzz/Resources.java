package dev.gatun.apps.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The text files that lie beside these classes; lines that start with {@code #} are comments. */
final class Resources {
    private Resources() {}

    static List<String> lines(String name) {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(Resources.class.getResourceAsStream(name), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.gatun.torch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The lines of a file that src/test/golden/tensors.py wrote with PyTorch, without its first, which says so. */
final class Golden {
    private Golden() {}

    static List<String> lines(String file) {
        try (InputStream in = Golden.class.getResourceAsStream(file)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().skip(1).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.gatun.hart.train;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.nn.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * What a checkpoint's folder must hold: its files with their lengths and checksums, as {@code manifest.json}. It is written
 * last, so a folder without one was not finished.
 *
 * @param files by name
 */
record Manifest(@JsonProperty("files") Map<String, Entry> files) {
    static final String NAME = "manifest.json";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHUNK = 1 << 20;

    /**
     * @param bytes the file's length
     * @param crc32c of its content, in hexadecimal digits
     */
    record Entry(
            @JsonProperty("bytes") long bytes,
            @JsonProperty("crc32c") String crc32c) {
        static Entry of(Path file) throws IOException {
            CRC32C sum = new CRC32C();
            try (FileChannel channel = FileChannel.open(file)) {
                ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
                while (channel.read(chunk) >= 0) {
                    sum.update(chunk.flip());
                    chunk.clear();
                }
                return new Entry(channel.size(), "%08x".formatted(sum.getValue()));
            }
        }
    }

    /** Reads all of {@code folder}'s files and writes their manifest beside them. */
    static void write(Path folder) throws IOException {
        Map<String, Entry> files = new TreeMap<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path file : entries.filter(Files::isRegularFile).toList()) {
                files.put(file.getFileName().toString(), Entry.of(file));
            }
        }
        AtomicFile.write(
                folder.resolve(NAME), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(new Manifest(files)));
    }

    /** Reads all of {@code folder}'s files: what is wrong with them, or null if each is as it was written. */
    static String problem(Path folder) {
        Manifest manifest;
        try {
            manifest = JSON.readValue(folder.resolve(NAME).toFile(), Manifest.class);
        } catch (IOException e) {
            return Files.exists(folder.resolve(NAME))
                    ? NAME + " cannot be read ("
                            + e.getMessage().lines().findFirst().orElse("") + ")"
                    : "it has no " + NAME + ", so it was never finished";
        }
        if (manifest.files() == null || manifest.files().isEmpty()) {
            return NAME + " lists no files";
        }
        for (Map.Entry<String, Entry> expected : manifest.files().entrySet()) {
            try {
                Entry actual = Entry.of(folder.resolve(expected.getKey()));
                if (!actual.equals(expected.getValue())) {
                    return expected.getKey() + " is damaged: it has " + actual.bytes() + " bytes with CRC-32C "
                            + actual.crc32c() + ", " + NAME + " says "
                            + expected.getValue().bytes() + " and "
                            + expected.getValue().crc32c();
                }
            } catch (NoSuchFileException e) {
                return expected.getKey() + " is missing";
            } catch (IOException e) {
                return expected.getKey() + " cannot be read (" + e.getMessage() + ")";
            }
        }
        return null;
    }
}

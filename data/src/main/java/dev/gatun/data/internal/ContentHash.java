package dev.gatun.data.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of bytes, of lists of texts and of files, as 64 hexadecimal digits. */
public final class ContentHash {
    private final MessageDigest digest;

    /** Starts the hash of a list of texts. */
    public ContentHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Adds a text; where one text ends and the next begins matters. */
    public ContentHash add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int shift = 24; shift >= 0; shift -= 8) {
            digest.update((byte) (bytes.length >> shift));
        }
        digest.update(bytes);
        return this;
    }

    /** Ends the hash. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The hash of some texts. */
    public static String of(String... texts) {
        ContentHash hash = new ContentHash();
        for (String text : texts) {
            hash.add(text);
        }
        return hash.hex();
    }

    /** The hash of bytes, as {@code sha256sum} prints it. */
    public static String of(byte[] bytes) {
        ContentHash hash = new ContentHash();
        hash.digest.update(bytes);
        return hash.hex();
    }

    /** The hash of a file's bytes, as {@code sha256sum} prints it. */
    public static String of(Path file) throws IOException {
        ContentHash hash = new ContentHash();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 20];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                hash.digest.update(buffer, 0, n);
            }
        }
        return hash.hex();
    }

    /**
     * The hash of a file, looked up in {@code notes} where that folder holds one of the same path, size and time of change:
     * hundreds of gigabytes are not read again at each start.
     */
    public static String remembered(Path file, Path notes) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        String state = ContentHash.of(
                file.toRealPath().toString(),
                Long.toString(now.size()),
                now.lastModifiedTime().toString());
        Path note = notes.resolve(state + ".sha256");
        if (Files.exists(note)) {
            String noted = Files.readString(note, StandardCharsets.US_ASCII);
            if (noted.matches("[0-9a-f]{64}")) {
                return noted;
            }
        }
        String hash = of(file);
        AtomicFile.write(note, hash.getBytes(StandardCharsets.US_ASCII));
        return hash;
    }
}

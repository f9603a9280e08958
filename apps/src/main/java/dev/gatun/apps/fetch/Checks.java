package dev.gatun.apps.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** Whether a file is the right one, and whether there is room for it. */
final class Checks {
    private Checks() {}

    /** What is wrong with {@code path} as {@code file}, or empty. */
    static String difference(RemoteFile file, Path path) throws IOException {
        long size = Files.size(path);
        if (file.size() >= 0 && size != file.size()) {
            return "it has " + size + " bytes instead of " + file.size();
        }
        if (file.sha256().isEmpty()) {
            return "";
        }
        String hash = sha256(path);
        return hash.equals(file.sha256())
                ? ""
                : "its SHA-256 is " + hash + " instead of " + file.sha256() + " (" + file.by() + ")";
    }

    /** The SHA-256 of a file in hex. */
    static String sha256(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** Throws {@link FetchException} if {@code bytes} more cannot fit where {@code part} is. */
    static void room(Path part, long bytes) throws IOException {
        Path folder = part.toAbsolutePath().getParent();
        long free;
        try {
            free = Files.getFileStore(folder).getUsableSpace();
        } catch (FileSystemException e) {
            return; // some file systems do not tell: writing will
        }
        if (bytes > free) {
            throw new FetchException(String.format(
                    Locale.ROOT,
                    "%s needs %.1f GB more, and %s has %.1f GB left: make room, or choose another folder with -o",
                    part.getFileName(),
                    bytes / 1e9,
                    folder,
                    free / 1e9));
        }
    }
}

package dev.gatun.apps.bundle;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Writes a {@code .tar.gz} of files, folders and links (POSIX ustar); the same files always give the same bytes. */
final class TarGz implements AutoCloseable {
    private static final int BLOCK = 512;
    private static final int BUFFER = 1 << 16;
    private static final int NAME = 100;
    private static final int PREFIX = 155;

    /** Where a header has its fields. */
    private static final int MODE = 100, SIZE = 124, TIME = 136, SUM = 148, TYPE = 156, TARGET = 157, MAGIC = 257;

    private static final int PREFIX_AT = 345;
    private static final long MADE = Instant.parse("2026-01-01T00:00:00Z").getEpochSecond();

    private final OutputStream out;

    TarGz(Path file) throws IOException {
        out = new BufferedOutputStream(new GZIPOutputStream(Files.newOutputStream(file), BUFFER));
    }

    /** Adds what {@code path} is, with all that is in it, under {@code name}. */
    void add(String name, Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            out.write(header(name, '2', 0777, 0, Files.readSymbolicLink(path).toString()));
        } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            out.write(header(name + "/", '5', 0755, 0, ""));
            try (Stream<Path> entries = Files.list(path)) {
                for (Path entry : entries.sorted().toList()) {
                    add(name + "/" + entry.getFileName(), entry);
                }
            }
        } else {
            file(name, path);
        }
    }

    private void file(String name, Path path) throws IOException {
        long size = Files.size(path);
        out.write(header(name, '0', Files.isExecutable(path) ? 0755 : 0644, size, ""));
        if (Files.copy(path, out) != size) {
            throw new IOException(path + " changed while it was packed");
        }
        out.write(new byte[(int) (-size & (BLOCK - 1))]);
    }

    private static byte[] header(String name, char type, int mode, long size, String target) throws IOException {
        byte[] header = new byte[BLOCK];
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        int split = bytes.length <= NAME ? 0 : name.indexOf('/', bytes.length - NAME - 1) + 1;
        if (split > PREFIX || split == 0 && bytes.length > NAME || target.length() > NAME) {
            throw new IOException("the name " + name + " is too long for the archive");
        }
        text(header, 0, name.substring(split));
        text(header, PREFIX_AT, name.substring(0, Math.max(0, split - 1)));
        octal(header, MODE, 8, mode);
        octal(header, MODE + 8, 8, 0);
        octal(header, MODE + 16, 8, 0);
        octal(header, SIZE, 12, size);
        octal(header, TIME, 12, MADE);
        header[TYPE] = (byte) type;
        text(header, TARGET, target);
        text(header, MAGIC, "ustar\00000");
        text(header, SUM, " ".repeat(8));
        int sum = 0;
        for (byte each : header) {
            sum += each & 0xff;
        }
        text(header, SUM, String.format(Locale.ROOT, "%06o\0 ", sum));
        return header;
    }

    private static void text(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static void octal(byte[] header, int at, int width, long value) {
        text(header, at, String.format(Locale.ROOT, "%0" + (width - 1) + "o", value));
    }

    /** Ends the archive. */
    @Override
    public void close() throws IOException {
        try (out) {
            out.write(new byte[2 * BLOCK]);
        }
    }
}

package dev.gatun.nn.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files that are replaced whole: the new content is written beside the final name, forced to the disk and renamed, so
 * whoever opens the final name finds the old file or all of the new one, also after a crash or on a full disk.
 */
public final class AtomicFile {
    /** Writes a file's content. */
    @FunctionalInterface
    public interface Body {
        /** Writes to {@code channel}, which the caller closes. */
        void writeTo(FileChannel channel) throws IOException;
    }

    private AtomicFile() {}

    /** Replaces {@code file} by {@code content}; fails as {@link #write(Path, Body)} does. */
    public static void write(Path file, byte[] content) {
        write(file, channel -> writeAll(channel, ByteBuffer.wrap(content)));
    }

    /**
     * Replaces {@code file} by what {@code body} writes.
     *
     * @throws CheckpointException if the disk is full or the folder cannot be written; {@code file} is then unchanged
     */
    public static void write(Path file, Body body) {
        Path name = file.toAbsolutePath();
        Path partial = name.resolveSibling(
                name.getFileName() + ".partial-" + ProcessHandle.current().pid());
        try {
            try (FileChannel channel = FileChannel.open(
                    partial,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                body.writeTo(channel);
                channel.force(true);
            }
            Files.move(partial, name, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            deleteQuietly(partial);
            throw new CheckpointException(
                    file,
                    "could not be written (" + e.getClass().getSimpleName() + ": " + e.getMessage() + ")",
                    "check that the folder exists, may be written to and has space; nothing saved before was changed",
                    e);
        } catch (RuntimeException | Error e) {
            deleteQuietly(partial);
            throw e;
        }
    }

    static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void deleteQuietly(Path partial) {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException _) {
            // The first failure is the one worth reporting.
        }
    }
}

package dev.gatun.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * A file of token ids, mapped into memory: rows that each have the same number of fields, every field a sequence of ids.
 *
 * <p>Made by {@link TokenCache#open}. Processes that map the same file share its pages. May be read by several threads at once;
 * {@link #close} unmaps it, and reading afterwards throws {@link IllegalStateException}.
 *
 * <p>Layout, little-endian: a header of 64 bytes (magic, version, fields, rows, ids, bytes of an id, 24 bytes of zeros), the
 * ids, padding to 8 bytes, rows * fields + 1 offsets of 8 bytes into the ids, and the CRC-32C of all that in 8 bytes.
 */
public final class TokenFile implements AutoCloseable {
    static final byte[] MAGIC = "GATUNTOK".getBytes(StandardCharsets.US_ASCII);
    static final int VERSION = 1;
    static final int HEADER = 64;
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long CHUNK = 1 << 28;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment data;
    private final int fields;
    private final long rows;
    private final int idBytes;
    private final long offsets;

    /** Maps a file. */
    TokenFile(Path file) throws IOException, Damaged {
        try {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                data = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            }
            if (data.byteSize() < HEADER + 2 * Long.BYTES
                    || data.asSlice(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) >= 0) {
                throw new Damaged("no token file");
            }
            if (data.get(INT, 8) != VERSION) {
                throw new Damaged("of version " + data.get(INT, 8));
            }
            if (checksum(data, data.byteSize() - Long.BYTES) != data.get(LONG, data.byteSize() - Long.BYTES)) {
                throw new Damaged("its checksum is wrong");
            }
            // The checksum vouches for the numbers.
            fields = data.get(INT, 12);
            rows = data.get(LONG, 16);
            idBytes = data.get(INT, 32);
            offsets = data.byteSize() - Long.BYTES * (rows * fields + 2);
        } catch (IOException | Damaged | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Says that a file is not what it should be. */
    static final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }
    }

    static long checksum(MemorySegment data, long size) {
        CRC32C crc = new CRC32C();
        for (long at = 0; at < size; at += CHUNK) {
            crc.update(data.asSlice(at, Math.min(CHUNK, size - at)).asByteBuffer());
        }
        return crc.getValue();
    }

    /**
     * Returns the number of rows.
     *
     * @return the number of rows
     */
    public int rows() {
        return Math.toIntExact(rows);
    }

    /**
     * Returns the number of fields of each row.
     *
     * @return the number of fields
     */
    public int fields() {
        return fields;
    }

    /**
     * Returns the length of a field.
     *
     * @param row the row, in [0, {@link #rows()})
     * @param field the field, in [0, {@link #fields()})
     * @return the number of ids
     * @throws IndexOutOfBoundsException if there is no such field
     */
    public int length(int row, int field) {
        long index = index(row, field);
        return (int) (offset(index + 1) - offset(index));
    }

    /**
     * Reads a field.
     *
     * @param row the row, in [0, {@link #rows()})
     * @param field the field, in [0, {@link #fields()})
     * @return a new array of its ids
     * @throws IndexOutOfBoundsException if there is no such field
     */
    public long[] get(int row, int field) {
        return get(row, field, 0, length(row, field));
    }

    /**
     * Reads a part of a field.
     *
     * @param row the row, in [0, {@link #rows()})
     * @param field the field, in [0, {@link #fields()})
     * @param begin the first id wanted
     * @param end the id after the last
     * @return a new array of {@code end - begin} ids
     * @throws IndexOutOfBoundsException if there is no such field or part
     */
    public long[] get(int row, int field, int begin, int end) {
        Objects.checkFromToIndex(begin, end, length(row, field));
        long first = offset(index(row, field)) + begin;
        long[] ids = new long[end - begin];
        for (int i = 0; i < ids.length; i++) {
            long at = HEADER + (first + i) * idBytes;
            ids[i] = idBytes == Short.BYTES ? Short.toUnsignedLong(data.get(SHORT, at)) : data.get(INT, at);
        }
        return ids;
    }

    /** Unmaps the file. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private long index(int row, int field) {
        return Objects.checkIndex((long) row, rows) * fields + Objects.checkIndex(field, fields);
    }

    private long offset(long index) {
        return data.get(LONG, offsets + Long.BYTES * index);
    }
}

package dev.gatun.data.internal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes the layout that {@code TokenFile} describes, field by field. */
public final class TokenFileWriter implements AutoCloseable {
    private static final int BUFFER = 1 << 16;
    private static final int CHUNK = 1 << 20;

    private final FileChannel channel;
    private final OutputStream out;
    private final int fields;
    private final int idBytes;
    private final ByteBuffer id = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long[] offsets = new long[1024];
    private int written;
    private long ids;

    /** Starts a file for ids below {@code vocabSize}. */
    public TokenFileWriter(Path file, int fields, int vocabSize, int header) throws IOException {
        this.fields = fields;
        this.idBytes = vocabSize <= 1 << Short.SIZE ? Short.BYTES : Integer.BYTES;
        this.channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        this.out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
        out.write(new byte[header]);
    }

    /** Writes the next field. */
    public void add(long[] field) throws IOException {
        if (written + 2 > offsets.length) {
            offsets = Arrays.copyOf(offsets, Math.multiplyExact(offsets.length, 2));
        }
        for (long value : field) {
            if (idBytes == Short.BYTES) {
                id.putShort(0, (short) value);
            } else {
                id.putInt(0, (int) value);
            }
            out.write(id.array(), 0, idBytes);
        }
        ids += field.length;
        offsets[++written] = ids;
    }

    /** Writes what follows the ids, then the header that {@code magic} and {@code version} begin, then the checksum. */
    public void finish(byte[] magic, int version, int header) throws IOException {
        out.write(new byte[(int) (-(ids * idBytes) & (Long.BYTES - 1))]);
        ByteBuffer eight = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i <= written; i++) {
            out.write(eight.putLong(0, offsets[i]).array());
        }
        out.flush();
        ByteBuffer head = ByteBuffer.allocate(header).order(ByteOrder.LITTLE_ENDIAN);
        head.put(magic)
                .putInt(version)
                .putInt(fields)
                .putLong(written / fields)
                .putLong(ids)
                .putInt(idBytes);
        channel.write(head.rewind(), 0);
        channel.write(eight.putLong(0, checksum()).rewind(), channel.size());
        channel.force(true);
    }

    private long checksum() throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        for (long at = 0; at < channel.size(); at += chunk.limit()) {
            chunk.clear();
            channel.read(chunk, at);
            crc.update(chunk.flip());
        }
        return crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

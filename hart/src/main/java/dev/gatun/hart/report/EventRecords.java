package dev.gatun.hart.report;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** TensorFlow's record files: each record is its length, the length's checksum, the bytes and their checksum. */
final class EventRecords {
    private static final int HEAD = Long.BYTES + Integer.BYTES;
    private static final int FOOT = Integer.BYTES;
    private static final int STEP = 2;
    private static final int SUMMARY = 5;

    private EventRecords() {}

    /** A record of {@code data}. */
    static ByteBuffer record(byte[] data) {
        ByteBuffer record = ByteBuffer.allocate(HEAD + data.length + FOOT).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(maskedCrc(record.array(), 0, Long.BYTES));
        record.put(data).putInt(maskedCrc(data, 0, data.length));
        return record.flip();
    }

    /** CRC-32C, turned and shifted so that the checksum of a text with a checksum in it is no special case. */
    private static int maskedCrc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xA282EAD8;
    }

    /** Cuts {@code file} off before its first record that is torn or tells of a step from {@code nextStep} on. */
    static void truncate(Path file, long nextStep) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        while (all.hasRemaining()) {
            int begin = all.position();
            byte[] event = next(all);
            if (event == null || summaryStep(event) >= nextStep) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(begin);
                }
                return;
            }
        }
    }

    /** The next record's bytes, or null if it is torn. */
    private static byte[] next(ByteBuffer all) {
        int begin = all.position();
        if (all.remaining() < HEAD) {
            return null;
        }
        long length = all.getLong();
        boolean right = all.getInt() == maskedCrc(all.array(), begin, Long.BYTES);
        if (!right || length < 0 || length > all.remaining() - FOOT) {
            return null;
        }
        byte[] data = new byte[(int) length];
        all.get(data);
        return all.getInt() == maskedCrc(data, 0, data.length) ? data : null;
    }

    /** The step of an event that carries values, or -1. */
    private static long summaryStep(byte[] event) {
        ByteBuffer fields = ByteBuffer.wrap(event).order(ByteOrder.LITTLE_ENDIAN);
        long step = 0;
        boolean summary = false;
        try {
            while (fields.hasRemaining()) {
                long key = varint(fields);
                int field = (int) (key >>> 3);
                summary |= field == SUMMARY;
                switch ((int) key & 7) {
                    case 0 -> {
                        long value = varint(fields);
                        step = field == STEP ? value : step;
                    }
                    case 1 -> fields.getLong();
                    case 2 -> skip(fields, varint(fields));
                    default -> fields.getInt();
                }
            }
        } catch (BufferUnderflowException e) {
            return Long.MAX_VALUE; // no event of ours: its checksum is right, its fields are not
        }
        return summary ? step : -1;
    }

    private static void skip(ByteBuffer fields, long count) {
        if (count < 0 || count > fields.remaining()) {
            throw new BufferUnderflowException();
        }
        fields.position(fields.position() + (int) count);
    }

    private static long varint(ByteBuffer fields) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = fields.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}

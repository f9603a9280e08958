package dev.gatun.nn.distributed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Bytes to be sent, which grow as things are put in the store's format. */
final class StoreBuffer {
    private ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);

    StoreBuffer command(StoreProtocol.Command command) {
        return one((byte) command.ordinal());
    }

    StoreBuffer one(byte value) {
        room(1).put(value);
        return this;
    }

    StoreBuffer int32(int value) {
        room(Integer.BYTES).putInt(value);
        return this;
    }

    StoreBuffer int64(long value) {
        room(Long.BYTES).putLong(value);
        return this;
    }

    StoreBuffer value(byte[] value) {
        int64(value.length);
        room(value.length).put(value);
        return this;
    }

    StoreBuffer key(String key) {
        return value(key.getBytes(StandardCharsets.UTF_8));
    }

    boolean isEmpty() {
        return bytes.position() == 0;
    }

    /** What was put in, to be read; this is empty then. */
    ByteBuffer take() {
        ByteBuffer taken = bytes.flip();
        bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        return taken;
    }

    private ByteBuffer room(int more) {
        if (bytes.remaining() < more) {
            bytes = ByteBuffer.allocate(Math.max(2 * bytes.capacity(), bytes.position() + more))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(bytes.flip());
        }
        return bytes;
    }
}

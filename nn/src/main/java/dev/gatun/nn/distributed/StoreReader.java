package dev.gatun.nn.distributed;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a command's arguments from what has come of it. All methods throw {@link BufferUnderflowException} while more is to come,
 * and {@link IllegalArgumentException} for what no client sends.
 */
record StoreReader(ByteBuffer bytes) {
    /** Keys are bytes; in this charset each is one character, so that no two keys become one. */
    static final Charset BYTES = StandardCharsets.ISO_8859_1;

    String key() {
        return new String(array(StoreProtocol.MAX_KEY_BYTES), BYTES);
    }

    byte[] value() {
        return array(StoreProtocol.MAX_VALUE_BYTES);
    }

    long int64() {
        return bytes.getLong();
    }

    int int32() {
        return bytes.getInt();
    }

    List<String> keys() {
        List<String> keys = new ArrayList<>();
        for (long i = count(); i > 0; i--) {
            keys.add(key());
        }
        return keys;
    }

    long count() {
        return limited(StoreProtocol.MAX_KEYS);
    }

    private byte[] array(int limit) {
        byte[] array = new byte[Math.min((int) limited(limit), bytes.remaining() + 1)];
        bytes.get(array);
        return array;
    }

    private long limited(int limit) {
        long length = bytes.getLong();
        if (length < 0 || length > limit) {
            throw new IllegalArgumentException("a length of " + length + ", where at most " + limit + " is allowed");
        }
        return length;
    }
}

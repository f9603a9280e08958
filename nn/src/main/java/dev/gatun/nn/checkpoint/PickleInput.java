package dev.gatun.nn.checkpoint;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A pickle's bytes, of which only so many may be: numbers, strings and names. */
final class PickleInput {
    private static final long MAX_BYTES = 64L << 20;
    private static final int MAX_NAME = 256;

    private final DataInputStream in;
    private long bytes;

    PickleInput(InputStream in) {
        this.in = new DataInputStream(in);
    }

    private void count(long more) {
        bytes += more;
        if (bytes > MAX_BYTES) {
            throw new PickleException("it is longer than " + MAX_BYTES + " bytes");
        }
    }

    /** The next byte, unsigned. */
    int oneByte() throws IOException {
        count(1);
        return in.readUnsignedByte();
    }

    /** {@code size} bytes, little end first, unsigned but for 8. */
    long number(int size) throws IOException {
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= (long) oneByte() << (8 * i);
        }
        return value;
    }

    /** {@code size} bytes, little end first, with a sign. */
    long signed(int size) throws IOException {
        if (size == 0) {
            return 0;
        }
        if (size > Long.BYTES) {
            // Only the magic number of PyTorch's first format is longer; its lower bits tell it apart well enough.
            long low = number(Long.BYTES);
            for (int i = Long.BYTES; i < size; i++) {
                oneByte();
            }
            return low;
        }
        int shift = 64 - 8 * size;
        return number(size) << shift >> shift;
    }

    /** A string of {@code length} bytes. */
    String text(long length) throws IOException {
        count(length);
        byte[] utf8 = in.readNBytes((int) length);
        if (utf8.length < length) {
            throw new EOFException();
        }
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** A name that ends with its line. */
    String line() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = oneByte(); c != '\n'; c = oneByte()) {
            if (text.length() == MAX_NAME) {
                throw new PickleException("a global's name is longer than " + MAX_NAME + " characters");
            }
            text.append((char) c);
        }
        return text.toString();
    }
}

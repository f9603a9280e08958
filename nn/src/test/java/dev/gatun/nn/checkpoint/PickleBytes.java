package dev.gatun.nn.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles by hand, opcode by opcode, good and bad ones. */
final class PickleBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static PickleBytes begin() {
        return new PickleBytes().op(0x80, 2);
    }

    /** Opcodes and their one-byte arguments. */
    PickleBytes op(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    PickleBytes int32(int value) {
        return op(value & 0xff, value >> 8 & 0xff, value >> 16 & 0xff, value >> 24 & 0xff);
    }

    PickleBytes ascii(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    PickleBytes global(String module, String name) {
        return op('c').ascii(module + "\n" + name + "\n");
    }

    PickleBytes string(String text) {
        return op('X').int32(text.length()).ascii(text);
    }

    PickleBytes number(int value) {
        return op('J').int32(value);
    }

    PickleBytes numbers(int... values) {
        op('(');
        for (int value : values) {
            number(value);
        }
        return op('t');
    }

    PickleBytes storage(String type, String key, int numel) {
        return op('(').string("storage")
                .global("torch", type)
                .string(key)
                .string("cpu")
                .number(numel)
                .op('t', 'Q');
    }

    /** A call of _rebuild_tensor_v2 on float32 storage "0". */
    PickleBytes tensor(int numel, int offset, int[] shape, int[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .op('(')
                .storage("FloatStorage", "0", numel)
                .number(offset)
                .numbers(shape)
                .numbers(strides)
                .op(0x89)
                .global("collections", "OrderedDict")
                .op(')', 'R', 't', 'R');
    }

    byte[] end() {
        return op('.').out.toByteArray();
    }

    /** A file as torch.save writes it, with {@code pickle} and one storage "0". */
    static Path zip(Path file, byte[] pickle, byte[] storage, int method) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            entry(zip, "archive/data.pkl", pickle, ZipEntry.STORED);
            entry(zip, "archive/data/0", storage, method);
        }
        return file;
    }

    private static void entry(ZipOutputStream zip, String name, byte[] bytes, int method) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
            CRC32 crc = new CRC32();
            crc.update(bytes);
            entry.setSize(bytes.length);
            entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}

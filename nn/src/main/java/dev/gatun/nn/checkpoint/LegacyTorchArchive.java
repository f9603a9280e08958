package dev.gatun.nn.checkpoint;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * PyTorch's format before 1.6, in which the first T5s were published: five pickles (a magic number, a version, facts about
 * the machine, the object, the storages' keys), then each storage as its length and its bytes.
 */
final class LegacyTorchArchive implements TorchArchive {
    /** A pickle of protocol 2 that begins with PyTorch's magic number. */
    static final byte[] MAGIC = {
        (byte) 0x80,
        2,
        (byte) 0x8a,
        0x0a,
        0x6c,
        (byte) 0xfc,
        (byte) 0x9c,
        0x46,
        (byte) 0xf9,
        0x20,
        0x6a,
        (byte) 0xa8,
        0x50,
        0x19
    };

    private static final long VERSION = 1001;

    private final Path file;
    private final Object root;
    private final Map<String, Long> lengths = new HashMap<>();
    private final Map<String, Long> begins = new HashMap<>();
    private final Map<String, Integer> sizes = new HashMap<>();

    LegacyTorchArchive(Path file) throws IOException {
        this.file = file;
        try (Counting in = new Counting(new BufferedInputStream(Files.newInputStream(file)))) {
            TensorPickle.read(in);
            if (!(TensorPickle.read(in) instanceof Long version) || version != VERSION) {
                throw new PickleException("its version is not " + VERSION);
            }
            if (TensorPickle.read(in) instanceof Map<?, ?> machine
                    && Boolean.FALSE.equals(machine.get("little_endian"))) {
                throw new PickleException("its byte order is not little");
            }
            root = TensorPickle.read(in);
            Object keys = TensorPickle.read(in);
            noteSizes(root);
            locate(keys, in.position);
        }
    }

    static byte[] beginning(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(MAGIC.length);
        }
    }

    /** The element sizes, which are not written beside the storages. */
    private void noteSizes(Object object) {
        if (object instanceof Map<?, ?> items) {
            items.values().forEach(value -> {
                if (value instanceof TorchTensor tensor) {
                    sizes.put(tensor.storage().key(), tensor.storage().dtype().byteSize());
                }
            });
        }
    }

    private void locate(Object keys, long from) throws IOException {
        if (!(keys instanceof List<?> list)) {
            throw new PickleException("it has no list of storages");
        }
        long at = from;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (Object key : list) {
                ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                if (channel.read(number, at) < Long.BYTES) {
                    throw new PickleException("it ends before its storages do (truncated?)");
                }
                if (!(key instanceof String name) || !sizes.containsKey(name)) {
                    throw new PickleException("it has a storage that belongs to no tensor");
                }
                long numel = number.getLong(0);
                at += Long.BYTES;
                long left = channel.size() - at;
                if (numel < 0 || numel > left / sizes.get(name)) {
                    throw new PickleException("its storage " + name + " claims " + numel + " elements, but " + left
                            + " bytes are left (truncated?)");
                }
                begins.put(name, at);
                lengths.put(name, numel * sizes.get(name));
                at += lengths.get(name);
            }
        }
    }

    @Override
    public Object root() {
        return root;
    }

    @Override
    public InputStream open(TorchStorage storage, long from) throws IOException {
        Long length = lengths.get(storage.key());
        if (length == null || length < storage.bytes()) {
            throw new PickleException("its storage " + storage.key() + " is missing or too short");
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        channel.position(begins.get(storage.key()) + from);
        return Channels.newInputStream(channel);
    }

    @Override
    public void close() {}

    /** Knows how many bytes were read. */
    private static final class Counting extends FilterInputStream {
        private long position;

        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            position += value < 0 ? 0 : 1;
            return value;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            position += Math.max(0, count);
            return count;
        }
    }
}

package dev.gatun.nn.checkpoint;

import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A safetensors file open for reading ({@code safetensors.safe_open}). The header is checked in full when the file is
 * opened. A tensor is read when it is asked for, straight into its memory, or only mapped ({@link #mapped}). Usable from several threads until closed.
 */
public final class SafeTensorsFile implements WeightSource {
    private static final int LENGTH_BYTES = Long.BYTES;
    /** The reference implementation's limit: a longer header is taken for damage or malice. */
    private static final long MAX_HEADER = 100_000_000;
    /** Less than a ByteBuffer can hold. */
    private static final long READ_BYTES = 1L << 30;

    private static final long WORTH_A_THREAD = 1L << 20;
    private static final int THREADS = Runtime.getRuntime().availableProcessors();

    private final Path file;
    private final boolean mapped;
    private final FileChannel channel;
    private final SafeTensorsHeader header;
    private final long dataBegin;

    /**
     * Opens {@code file} and checks its header.
     *
     * @throws CheckpointException if it is missing, unreadable, truncated, or its header contradicts itself or the file
     */
    public SafeTensorsFile(Path file) {
        this(file, false);
    }

    /**
     * Opens {@code file} so that {@link #load} maps each tensor instead of reading it: its memory is the file's, nothing is
     * read before it is used and nothing is copied, and processes share the pages. Writing to such a tensor changes private
     * copies of the pages and never the file.
     *
     * <p>Whoever cuts the file short while the tensors live ends the process, as with every mapped file; replacing it by
     * renaming, as Gatun saves, is harmless.
     *
     * @throws CheckpointException as the constructor; also if the file may not be written to, which Java asks for
     */
    public static SafeTensorsFile mapped(Path file) {
        return new SafeTensorsFile(file, true);
    }

    private SafeTensorsFile(Path file, boolean mapped) {
        this.file = file;
        this.mapped = mapped;
        FileChannel opened = null;
        try {
            opened = mapped
                    ? FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)
                    : FileChannel.open(file, StandardOpenOption.READ);
            channel = opened;
            byte[] json = readHeader();
            dataBegin = LENGTH_BYTES + json.length;
            header = SafeTensorsHeader.parse(file, json, channel.size() - dataBegin);
            opened = null;
        } catch (NoSuchFileException e) {
            throw new CheckpointException(file, "no such file", "check the path", e);
        } catch (IOException e) {
            String what = Files.isDirectory(file) ? "is a folder" : "cannot be read (" + e.getMessage() + ")";
            throw new CheckpointException(file, what, "name a readable .safetensors file", e);
        } finally {
            closeQuietly(opened);
        }
    }

    private byte[] readHeader() throws IOException {
        long size = channel.size();
        if (size < LENGTH_BYTES) {
            throw SafeTensorsHeader.bad(file, "has only " + size + " bytes (truncated?)", null);
        }
        ByteBuffer first = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(first, 0);
        long length = first.getLong(0);
        if (length < 2 || length > MAX_HEADER || length > size - LENGTH_BYTES) {
            throw SafeTensorsHeader.bad(
                    file,
                    "its header claims " + Long.toUnsignedString(length) + " bytes, but the file has "
                            + (size - LENGTH_BYTES) + " after the length (truncated?)",
                    null);
        }
        byte[] json = new byte[(int) length];
        readFully(ByteBuffer.wrap(json), LENGTH_BYTES);
        return json;
    }

    private void readFully(ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int count = channel.read(target, at);
            if (count < 0) {
                throw new EOFException("it ended at byte " + at);
            }
            at += count;
        }
    }

    @Override
    public String describe() {
        return file.toString();
    }

    /** The tensors' names in the header's order. */
    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(header.entries().keySet());
    }

    /** The header's free text entries ({@code __metadata__}). */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    @Override
    public long[] shape(String name) {
        return entry(name).shape().clone();
    }

    @Override
    public DType dtype(String name) {
        return entry(name).dtype();
    }

    /**
     * Reads or maps one tensor: a new one on the CPU, in the current scope, which outlives this object.
     *
     * @throws CheckpointException if there is none of that name, or the file shrank since it was opened
     */
    @Override
    public Tensor load(String name) {
        SafeTensorsHeader.Entry entry = entry(name);
        boolean aligned = (dataBegin + entry.begin()) % entry.dtype().byteSize() == 0;
        if (mapped && aligned && entry.begin() < entry.end()) {
            return map(name, entry);
        }
        Tensor tensor = Torch.empty(entry.shape(), entry.dtype());
        copyTo(name, tensor);
        return tensor;
    }

    /** {@inheritDoc} Nothing else is allocated but, where types or devices differ, a few megabytes. */
    @Override
    public void copyTo(String name, Tensor target) {
        SafeTensorsHeader.Entry entry = entry(name);
        long begin = dataBegin + entry.begin();
        try {
            ElementReader.fill(target, entry.dtype(), (memory, position) -> read(memory, begin + position));
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /** By several threads: a model's pages are touched for the first time here, which takes longer than reading. */
    private void read(MemorySegment memory, long position) throws IOException {
        long size = memory.byteSize();
        long pieces = Math.max(Math.ceilDiv(size, READ_BYTES), Math.min(THREADS, size / WORTH_A_THREAD));
        if (pieces <= 1) {
            readFully(memory.asByteBuffer(), position);
            return;
        }
        long each = Math.ceilDiv(size, pieces);
        try {
            LongStream.range(0, pieces).parallel().forEach(i -> {
                try {
                    long begin = i * each;
                    readFully(
                            memory.asSlice(begin, Math.min(each, size - begin)).asByteBuffer(), position + begin);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Tensor map(String name, SafeTensorsHeader.Entry entry) {
        long begin = dataBegin + entry.begin();
        long bytes = entry.end() - entry.begin();
        Arena arena = Arena.ofShared();
        try {
            if (channel.size() < begin + bytes) {
                // To map what is not there would make the file longer.
                throw new EOFException();
            }
            MemorySegment memory = channel.map(FileChannel.MapMode.PRIVATE, begin, bytes, arena);
            return Tensor.wrap(memory, entry.dtype(), entry.shape(), arena::close);
        } catch (IOException e) {
            arena.close();
            throw unreadable(name, e);
        }
    }

    private CheckpointException unreadable(String name, IOException e) {
        return e instanceof EOFException
                ? SafeTensorsHeader.bad(file, "shrank while '" + name + "' was being read", e)
                : new CheckpointException(
                        file,
                        "'" + name + "' cannot be read (" + e + ")",
                        "check the disk, and that it is still open",
                        e);
    }

    private SafeTensorsHeader.Entry entry(String name) {
        SafeTensorsHeader.Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new CheckpointException(
                    file,
                    "has no tensor '" + name + "'",
                    "it has " + String.join(", ", header.entries().keySet()),
                    null);
        }
        return entry;
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException _) {
            // Nothing was written, so nothing is lost.
        }
    }
}

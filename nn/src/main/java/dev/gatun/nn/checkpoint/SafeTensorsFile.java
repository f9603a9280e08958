package dev.gatun.nn.checkpoint;

import dev.gatun.nn.StateSource;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file open for reading ({@code safetensors.safe_open}). The file is mapped, and a tensor's bytes are read
 * when it is asked for; the header is checked in full when the file is opened. Loaded tensors are copies, so they
 * outlive the file and may be written to. Usable from several threads until closed.
 */
public final class SafeTensorsFile implements StateSource, AutoCloseable {
    private static final int LENGTH_BYTES = Long.BYTES;
    /** The reference implementation's limit: a longer header is taken for damage or malice. */
    private static final long MAX_HEADER = 100_000_000;

    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Arena arena = Arena.ofShared();
    private final SafeTensorsHeader header;
    private final MemorySegment data;

    /**
     * Opens {@code file} and checks its header.
     *
     * @throws CheckpointException if it is missing, unreadable, truncated, or its header contradicts itself or the file
     */
    public SafeTensorsFile(Path file) {
        this.file = file;
        boolean opened = false;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment whole = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            long begin = dataBegin(whole);
            byte[] json = whole.asSlice(LENGTH_BYTES, begin - LENGTH_BYTES).toArray(ValueLayout.JAVA_BYTE);
            data = whole.asSlice(begin);
            header = SafeTensorsHeader.parse(file, json, data.byteSize());
            opened = true;
        } catch (NoSuchFileException e) {
            throw new CheckpointException(file, "no such file", "check the path", e);
        } catch (IOException e) {
            String what = Files.isDirectory(file) ? "is a folder" : "cannot be read (" + e.getMessage() + ")";
            throw new CheckpointException(file, what, "name a readable .safetensors file", e);
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private long dataBegin(MemorySegment whole) {
        if (whole.byteSize() < LENGTH_BYTES) {
            throw SafeTensorsHeader.bad(file, "has only " + whole.byteSize() + " bytes (truncated?)", null);
        }
        long length = whole.get(LENGTH, 0);
        if (length < 2 || length > MAX_HEADER || length > whole.byteSize() - LENGTH_BYTES) {
            throw SafeTensorsHeader.bad(
                    file,
                    "its header claims " + Long.toUnsignedString(length) + " bytes, but the file has "
                            + (whole.byteSize() - LENGTH_BYTES) + " after the length (truncated?)",
                    null);
        }
        return LENGTH_BYTES + length;
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
     * Reads one tensor: a new one on the CPU, in the current scope.
     *
     * @throws CheckpointException if there is none of that name, or the file shrank since it was opened
     */
    @Override
    public Tensor load(String name) {
        SafeTensorsHeader.Entry entry = entry(name);
        MemorySegment bytes = data.asSlice(entry.begin(), entry.end() - entry.begin());
        try {
            return Tensor.of(bytes, entry.dtype(), entry.shape());
        } catch (InternalError e) {
            // The JVM's answer to a page of a mapped file that is gone.
            throw SafeTensorsHeader.bad(file, "shrank while '" + name + "' was being read", e);
        }
    }

    @Override
    public boolean fresh() {
        return true;
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

    /** Unmaps the file. Closing twice does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}

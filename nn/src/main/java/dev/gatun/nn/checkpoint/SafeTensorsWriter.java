package dev.gatun.nn.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.nn.StateSource;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Writes safetensors files ({@code safetensors.torch.save_file}), each replaced whole: see {@link AtomicFile}. */
public final class SafeTensorsWriter {
    /** What Hugging Face's loader demands to find in the metadata. */
    public static final Map<String, String> HUGGING_FACE = Map.of("format", "pt");

    private static final int ALIGNMENT = 8;
    private static final long CHUNK_BYTES = 8L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private SafeTensorsWriter() {}

    /**
     * Writes {@code tensors}, of any device and layout, and free-text {@code metadata} to {@code file}.
     *
     * @throws CheckpointException if the disk is full or the folder cannot be written; {@code file} is then unchanged
     * @throws IllegalArgumentException if a tensor's type has no name in the format
     */
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        write(file, StateSource.of(tensors), metadata);
    }

    /** The same from any source: its tensors are asked for one at a time, as each is written. */
    public static void write(Path file, StateSource source, Map<String, String> metadata) {
        List<String> layout = layout(source);
        byte[] header = header(source, layout, metadata);
        AtomicFile.write(file, channel -> {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            AtomicFile.writeAll(channel, length.putLong(0, header.length));
            AtomicFile.writeAll(channel, ByteBuffer.wrap(header));
            for (String name : layout) {
                try (Scope _ = Scope.open()) {
                    writeTensor(channel, source.load(name));
                }
            }
        });
    }

    /** Wide types first, so that each tensor is aligned to its elements. */
    private static List<String> layout(StateSource source) {
        List<String> names = new ArrayList<>(source.names());
        names.sort(Comparator.comparingInt((String name) -> -source.dtype(name).byteSize()));
        return names;
    }

    static long bytes(StateSource source, String name) {
        return LongStream.of(source.shape(name)).reduce(source.dtype(name).byteSize(), (a, b) -> a * b);
    }

    private static byte[] header(StateSource source, List<String> layout, Map<String, String> metadata) {
        Map<String, Long> offsets = new HashMap<>();
        long offset = 0;
        for (String name : layout) {
            offsets.put(name, offset);
            offset += bytes(source, name);
        }
        ObjectNode root = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode meta = root.putObject(SafeTensorsHeader.METADATA);
            metadata.forEach(meta::put);
        }
        for (String name : source.names()) {
            DType dtype = source.dtype(name);
            String dtypeName = SafeTensorsDType.name(dtype);
            if (dtypeName == null || name.equals(SafeTensorsHeader.METADATA)) {
                throw new IllegalArgumentException(
                        "safetensors cannot hold '" + name + "' of type " + dtype + ": convert or rename it");
            }
            ObjectNode node = root.putObject(name).put("dtype", dtypeName);
            ArrayNode sizes = node.putArray("shape");
            Arrays.stream(source.shape(name)).forEach(sizes::add);
            long begin = offsets.get(name);
            node.putArray("data_offsets").add(begin).add(begin + bytes(source, name));
        }
        try {
            byte[] json = JSON.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
            int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            byte[] header = Arrays.copyOf(json, padded);
            Arrays.fill(header, json.length, padded, (byte) ' ');
            return header;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a safetensors header could not be made", e);
        }
    }

    /** In pieces, so that saving takes no memory to speak of however large a tensor is. */
    private static void writeTensor(FileChannel channel, Tensor tensor) throws IOException {
        int size = tensor.dtype().byteSize();
        long step = CHUNK_BYTES / size;
        try (Arena arena = Arena.ofConfined()) {
            Tensor flat = tensor.detach().reshape(-1);
            long numel = flat.numel();
            MemorySegment buffer = arena.allocate(Math.max(1, Math.min(step, numel) * size), ALIGNMENT);
            for (long begin = 0; begin < numel; begin += step) {
                long count = Math.min(step, numel - begin);
                MemorySegment piece = buffer.asSlice(0, count * size);
                try (Tensor part = flat.narrow(0, begin, count)) {
                    part.copyTo(piece);
                }
                AtomicFile.writeAll(channel, piece.asByteBuffer());
            }
        }
    }
}

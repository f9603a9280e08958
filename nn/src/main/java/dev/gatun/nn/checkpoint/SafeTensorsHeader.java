package dev.gatun.nn.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gatun.torch.DType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A safetensors file's table of contents, checked before anything believes it. */
record SafeTensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    private static final String REMEDY = "the file is damaged or not safetensors: fetch or write it again";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** One tensor: bytes [begin, end) after the header. */
    record Entry(DType dtype, long[] shape, long begin, long end) {}

    /** Parses {@code json} of a file with {@code dataBytes} bytes after its header. */
    static SafeTensorsHeader parse(Path file, byte[] json, long dataBytes) {
        JsonNode root;
        try {
            root = JSON.readTree(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString());
        } catch (CharacterCodingException e) {
            throw bad(file, "its header is not valid UTF-8", e);
        } catch (JsonProcessingException e) {
            throw bad(file, "its header is not valid JSON (" + e.getOriginalMessage() + ")", e);
        }
        if (root == null || !root.isObject()) {
            throw bad(file, "its header is not a JSON object", null);
        }
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (field.getKey().equals(METADATA)) {
                for (Map.Entry<String, JsonNode> item : field.getValue().properties()) {
                    metadata.put(item.getKey(), item.getValue().asText());
                }
            } else {
                entries.put(field.getKey(), entry(file, field.getKey(), field.getValue()));
            }
        }
        requireCover(file, entries, dataBytes);
        return new SafeTensorsHeader(entries, metadata);
    }

    private static Entry entry(Path file, String name, JsonNode node) {
        JsonNode dtypeName = node.path("dtype");
        DType dtype = SafeTensorsDType.of(dtypeName.asText());
        if (dtype == null) {
            throw new CheckpointException(
                    file,
                    "tensor '" + name + "' has the unknown dtype " + dtypeName,
                    "known are " + SafeTensorsDType.known(),
                    null);
        }
        long[] shape = longs(file, name, node.path("shape"), "shape");
        long[] offsets = longs(file, name, node.path("data_offsets"), "data_offsets");
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw bad(file, "tensor '" + name + "' has the data_offsets " + node.path("data_offsets"), null);
        }
        long bytes = dtype.byteSize();
        try {
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
        } catch (ArithmeticException e) {
            throw bad(file, "tensor '" + name + "' is too large: shape " + node.path("shape"), e);
        }
        if (bytes != offsets[1] - offsets[0]) {
            throw bad(
                    file,
                    "tensor '" + name + "' of dtype " + dtype + " and shape " + node.path("shape") + " takes " + bytes
                            + " bytes, but its data_offsets span " + (offsets[1] - offsets[0]),
                    null);
        }
        return new Entry(dtype, shape, offsets[0], offsets[1]);
    }

    private static long[] longs(Path file, String name, JsonNode array, String what) {
        boolean fine = array.isArray();
        long[] values = new long[array.size()];
        for (int i = 0; i < values.length; i++) {
            JsonNode item = array.get(i);
            fine &= item != null && item.isIntegralNumber() && item.canConvertToLong() && item.asLong() >= 0;
            values[i] = fine ? item.asLong() : 0;
        }
        if (!fine) {
            throw bad(file, "tensor '" + name + "' has no valid " + what + " (" + array + ")", null);
        }
        return values;
    }

    /** The tensors must lie end to end and fill the file, as the format demands: no overlap, no hole, nothing beyond. */
    private static void requireCover(Path file, Map<String, Entry> entries, long dataBytes) {
        List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
        sorted.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> e) -> e.getValue().begin())
                .thenComparingLong(e -> e.getValue().end()));
        long end = 0;
        for (Map.Entry<String, Entry> item : sorted) {
            Entry entry = item.getValue();
            if (entry.end() > dataBytes) {
                throw bad(
                        file,
                        "tensor '" + item.getKey() + "' ends at byte " + entry.end()
                                + " of the data, but the file has only " + dataBytes + " (truncated?)",
                        null);
            }
            if (entry.begin() != end) {
                String how = entry.begin() < end ? "overlaps the tensor before it" : "leaves a hole before it";
                throw bad(
                        file,
                        "tensor '" + item.getKey() + "' " + how + " (begins at " + entry.begin() + ", expected " + end
                                + ")",
                        null);
            }
            end = entry.end();
        }
        if (end != dataBytes) {
            throw bad(file, "it has " + (dataBytes - end) + " bytes after its last tensor", null);
        }
    }

    static CheckpointException bad(Path file, String what, Throwable cause) {
        return new CheckpointException(file, what, REMEDY, cause);
    }
}

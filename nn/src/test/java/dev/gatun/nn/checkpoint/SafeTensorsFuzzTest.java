package dev.gatun.nn.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.torch.DType;
import dev.gatun.torch.Scope;
import dev.gatun.torch.Tensor;
import dev.gatun.torch.Torch;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged safetensors: a refusal that says what is wrong, or a read of just the bytes that the header names, found here by
 * another parser. {@code -Dgatun.fuzz.mutations=} and {@code -Dgatun.fuzz.seed=} change how many and which.
 */
class SafeTensorsFuzzTest {
    private static final int MUTATIONS = Integer.getInteger("gatun.fuzz.mutations", 10_000);
    private static final long SEED = Long.getLong("gatun.fuzz.seed", 5);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] WORDS = {
        "0",
        "-1",
        "1e3",
        "2.0",
        "9223372036854775807",
        "18446744073709551616",
        "null",
        "\"F64\"",
        "\"I8\"",
        "[]",
        "{}",
        "[0,24]",
        "[4611686018427387904,4]",
        ",",
        ":",
        "\"",
        "]",
        "}",
        "\\u0000",
        "NaN",
        "\"b\"",
        "true"
    };

    @TempDir
    Path folder;

    @Test
    void mutatedFilesAreRefusedOrReadExactly() throws IOException {
        Random random = new Random(SEED);
        Path path = folder.resolve("a.safetensors");
        byte[] good = good(path);
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bad = mutate(good, random);
            Files.write(path, bad);
            try (Scope _ = Scope.open();
                    SafeTensorsFile file =
                            random.nextBoolean() ? new SafeTensorsFile(path) : SafeTensorsFile.mapped(path)) {
                requireExact(file, bad);
            } catch (CheckpointException e) {
                assertThat(e).hasMessageStartingWith(path + ": ").hasMessageNotContaining("\n");
                refused++;
            }
            assertThat(Files.size(path)).isEqualTo(bad.length);
        }
        System.out.printf("safetensors: %d of %d mutations refused (seed %d)%n", refused, MUTATIONS, SEED);
        assertThat(refused).isBetween(MUTATIONS / 2, MUTATIONS - 1);
    }

    private static byte[] good(Path path) throws IOException {
        try (Scope _ = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("a.weight", Torch.arange(6, DType.FLOAT32).view(3, 2));
            tensors.put("b", Torch.arange(4, DType.INT64));
            tensors.put("c", Torch.ones(new long[] {5}, DType.BFLOAT16));
            tensors.put("none", Torch.zeros(0, 7));
            SafeTensorsWriter.write(path, tensors, Map.of("k", "v"));
        }
        return Files.readAllBytes(path);
    }

    /** Bytes changed anywhere, the end cut off, the length changed, or a piece of the header replaced by a likely word. */
    private static byte[] mutate(byte[] good, Random random) {
        int header = (int) length(good);
        return switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(good, random.nextInt(good.length));
            case 1 -> Arrays.copyOf(good, good.length + 1 + random.nextInt(9));
            case 2 -> {
                byte[] bad = good.clone();
                ByteBuffer.wrap(bad)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(random.nextBoolean() ? random.nextLong() : random.nextInt(2 * good.length));
                yield bad;
            }
            case 3 -> {
                byte[] bad = good.clone();
                boolean letters = random.nextBoolean();
                for (int flips = random.nextInt(4); flips >= 0; flips--) {
                    int value = letters ? 'a' + random.nextInt(26) : random.nextInt(256);
                    bad[Long.BYTES + random.nextInt(header)] = (byte) value;
                }
                yield bad;
            }
            default -> splice(good, header, random);
        };
    }

    private static byte[] splice(byte[] good, int header, Random random) {
        String json = new String(good, Long.BYTES, header, StandardCharsets.UTF_8);
        int from = random.nextInt(json.length());
        int to = Math.min(json.length(), from + random.nextInt(8));
        String changed = json.substring(0, from) + WORDS[random.nextInt(WORDS.length)] + json.substring(to);
        byte[] bytes = changed.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(good.length - header + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(bytes.length)
                .put(bytes)
                .put(good, Long.BYTES + header, good.length - Long.BYTES - header)
                .array();
    }

    private static long length(byte[] file) {
        return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static void requireExact(SafeTensorsFile file, byte[] bytes) throws IOException {
        int header = (int) length(bytes);
        JsonNode root = JSON.readTree(new String(bytes, Long.BYTES, header, StandardCharsets.UTF_8));
        for (String name : file.names()) {
            JsonNode offsets = root.get(name).get("data_offsets");
            int begin = Long.BYTES + header + offsets.get(0).asInt();
            int end = Long.BYTES + header + offsets.get(1).asInt();
            byte[] read = new byte[end - begin];
            file.load(name).copyTo(MemorySegment.ofArray(read));
            assertThat(read).as(name).isEqualTo(Arrays.copyOfRange(bytes, begin, end));
        }
    }
}

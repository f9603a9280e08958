package dev.gatun.nn.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.nn.StateSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes weights into a folder as Hugging Face does: {@code model.safetensors}, or, where that would be larger than
 * wanted, {@code model-00001-of-00003.safetensors} and so on with {@code model.safetensors.index.json}.
 */
public final class SafeTensorsFolder {
    /** Hugging Face's limit for one file, 50 GB. */
    public static final long DEFAULT_SHARD_BYTES = 50_000_000_000L;

    private static final Pattern SHARD = Pattern.compile("model-\\d{5}-of-\\d{5}\\.safetensors");
    private static final ObjectMapper JSON = new ObjectMapper();

    private SafeTensorsFolder() {}

    /**
     * Writes all tensors of {@code source} into {@code folder}, made if need be. Everything is written beside what is
     * there, then renamed; weights saved there before are replaced.
     *
     * @param maxShardBytes the largest a file's tensors may be together; a larger tensor gets a file of its own
     * @throws CheckpointException if the disk is full or the folder cannot be written; what was there is then unchanged
     */
    public static void write(Path folder, StateSource source, long maxShardBytes) {
        if (maxShardBytes <= 0) {
            throw new IllegalArgumentException("a file's size must be positive, not " + maxShardBytes);
        }
        List<Set<String>> shards = split(source, maxShardBytes);
        Path partial = folder.resolve(".partial-" + ProcessHandle.current().pid());
        try {
            Files.createDirectories(partial);
            try {
                List<String> files = writeShards(partial, source, shards);
                for (String file : files) {
                    Files.move(
                            partial.resolve(file),
                            folder.resolve(file),
                            StandardCopyOption.ATOMIC_MOVE,
                            StandardCopyOption.REPLACE_EXISTING);
                }
                deleteOthers(folder, new HashSet<>(files));
            } finally {
                deleteFolder(partial);
            }
        } catch (IOException e) {
            throw new CheckpointException(
                    folder, "could not be written (" + e + ")", "check that it may be written to and has space", e);
        }
    }

    private static List<Set<String>> split(StateSource source, long maxShardBytes) {
        List<Set<String>> shards = new ArrayList<>();
        long size = 0;
        for (String name : source.names()) {
            long bytes = SafeTensorsWriter.bytes(source, name);
            if (shards.isEmpty() || size > 0 && size + bytes > maxShardBytes) {
                shards.add(new LinkedHashSet<>());
                size = 0;
            }
            shards.getLast().add(name);
            size += bytes;
        }
        return shards.isEmpty() ? List.of(Set.of()) : shards;
    }

    /** Writes the files, the index last, and returns their names in the order in which they must appear. */
    private static List<String> writeShards(Path partial, StateSource source, List<Set<String>> shards) {
        if (shards.size() == 1) {
            SafeTensorsWriter.write(partial.resolve(WeightFiles.SAFETENSORS), source, SafeTensorsWriter.HUGGING_FACE);
            return List.of(WeightFiles.SAFETENSORS);
        }
        List<String> files = new ArrayList<>();
        Map<String, String> owners = new LinkedHashMap<>();
        long total = 0;
        for (int i = 0; i < shards.size(); i++) {
            String file = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            Set<String> names = shards.get(i);
            Set<String> others = new HashSet<>(source.names());
            others.removeAll(names);
            SafeTensorsWriter.write(partial.resolve(file), source.without(others), SafeTensorsWriter.HUGGING_FACE);
            for (String name : names) {
                owners.put(name, file);
                total += SafeTensorsWriter.bytes(source, name);
            }
            files.add(file);
        }
        AtomicFile.write(partial.resolve(WeightFiles.SAFETENSORS_INDEX), index(owners, total));
        files.add(WeightFiles.SAFETENSORS_INDEX);
        return files;
    }

    private static byte[] index(Map<String, String> owners, long total) {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("metadata").put("total_size", total);
        ObjectNode map = root.putObject(ShardedFiles.WEIGHT_MAP);
        owners.forEach(map::put);
        return (root.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Weights of an earlier save, which a reader might prefer to the new ones. */
    private static void deleteOthers(Path folder, Set<String> files) throws IOException {
        try (Stream<Path> present = Files.list(folder)) {
            for (Path path : present.toList()) {
                String name = path.getFileName().toString();
                boolean weights = WeightFiles.KNOWN.contains(name) && name.startsWith("model.")
                        || SHARD.matcher(name).matches();
                if (weights && !files.contains(name)) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }

    private static void deleteFolder(Path partial) throws IOException {
        try (Stream<Path> files = Files.list(partial)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(partial);
    }
}

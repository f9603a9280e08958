package dev.gatun.nn.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.torch.DType;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Several files of weights that an index file binds together ({@code model.safetensors.index.json}). */
final class ShardedFiles implements WeightSource {
    static final String WEIGHT_MAP = "weight_map";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String REMEDY = "fetch or write the folder again";

    private final Path index;
    private final List<WeightSource> shards = new ArrayList<>();
    private final Map<String, WeightSource> owners = new LinkedHashMap<>();

    /** Opens {@code index} and all its files by {@code open}; each must hold what the index says. */
    ShardedFiles(Path index, Function<Path, WeightSource> open) {
        this.index = index;
        boolean opened = false;
        try {
            Map<String, WeightSource> byFile = new LinkedHashMap<>();
            weightMap().forEach((name, file) -> {
                WeightSource shard = byFile.computeIfAbsent(file, _ -> {
                    WeightSource made = open.apply(index.resolveSibling(file));
                    shards.add(made);
                    return made;
                });
                if (!shard.names().contains(name)) {
                    throw new CheckpointException(index, "says that " + file + " holds '" + name + "'", REMEDY, null);
                }
                owners.put(name, shard);
            });
            // What a file holds beyond the index is there all the same, and reported as unexpected if nobody wants it.
            shards.forEach(shard -> shard.names().forEach(name -> owners.putIfAbsent(name, shard)));
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    private Map<String, String> weightMap() {
        JsonNode root;
        try {
            root = JSON.readTree(Files.readString(index));
        } catch (NoSuchFileException e) {
            throw new CheckpointException(index, "no such file", "check the path", e);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(index, "is not valid JSON (" + e.getOriginalMessage() + ")", REMEDY, e);
        } catch (IOException e) {
            throw new CheckpointException(index, "cannot be read (" + e.getMessage() + ")", REMEDY, e);
        }
        JsonNode map = root.path(WEIGHT_MAP);
        if (!map.isObject() || map.isEmpty()) {
            throw new CheckpointException(index, "has no " + WEIGHT_MAP, REMEDY, null);
        }
        Map<String, String> files = new LinkedHashMap<>();
        map.properties().forEach(entry -> files.put(entry.getKey(), plainName(entry.getValue())));
        return files;
    }

    /** An index must not reach out of its folder. */
    private String plainName(JsonNode node) {
        String name = node.asText();
        boolean plain = node.isTextual()
                && !name.isEmpty()
                && !name.equals("..")
                && !name.contains("/")
                && !name.contains("\\")
                && name.indexOf('\0') < 0;
        if (!plain) {
            throw new CheckpointException(index, "names the file " + node + " outside its folder", REMEDY, null);
        }
        return name;
    }

    private WeightSource owner(String name) {
        WeightSource owner = owners.get(name);
        if (owner == null) {
            throw new CheckpointException(index, "has no tensor '" + name + "'", "check the name", null);
        }
        return owner;
    }

    @Override
    public String describe() {
        return index.toString();
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(owners.keySet());
    }

    @Override
    public long[] shape(String name) {
        return owner(name).shape(name);
    }

    @Override
    public DType dtype(String name) {
        return owner(name).dtype(name);
    }

    @Override
    public Tensor load(String name) {
        return owner(name).load(name);
    }

    @Override
    public void copyTo(String name, Tensor target) {
        owner(name).copyTo(name, target);
    }

    @Override
    public boolean same(String first, String second) {
        return owner(first) == owner(second)
                ? owner(first).same(first, second)
                : WeightSource.super.same(first, second);
    }

    @Override
    public void close() {
        shards.forEach(WeightSource::close);
    }
}

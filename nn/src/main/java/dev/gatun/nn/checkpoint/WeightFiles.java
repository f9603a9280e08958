package dev.gatun.nn.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Opens the weights of a model wherever Hugging Face puts them: in a folder {@code model.safetensors}, or
 * {@code model.safetensors.index.json} and the files it names, or {@code pytorch_model.bin}, or its index, in this order.
 */
public final class WeightFiles {
    static final String SAFETENSORS = "model.safetensors";
    static final String SAFETENSORS_INDEX = "model.safetensors.index.json";
    static final List<String> KNOWN =
            List.of(SAFETENSORS, SAFETENSORS_INDEX, "pytorch_model.bin", "pytorch_model.bin.index.json");

    private static final String INDEX_SUFFIX = ".index.json";

    private WeightFiles() {}

    /**
     * Opens the weights in {@code path}, a folder, a file of weights or an index.
     *
     * @throws CheckpointException if there are none, or a file is damaged
     */
    public static WeightSource open(Path path) {
        return open(find(path), false);
    }

    /** The same, with safetensors mapped: see {@link SafeTensorsFile#mapped}. Tensors of other files are read. */
    public static WeightSource openMapped(Path path) {
        return open(find(path), true);
    }

    /** The file of weights, or the index, that {@code path} is or has in it. */
    public static Path find(Path path) {
        if (!Files.isDirectory(path)) {
            return path;
        }
        return KNOWN.stream()
                .map(path::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new CheckpointException(
                        path, "has no weights", "one of " + String.join(", ", KNOWN) + " must be in the folder", null));
    }

    private static WeightSource open(Path file, boolean mapped) {
        if (file.getFileName().toString().endsWith(INDEX_SUFFIX)) {
            return new ShardedFiles(file, shard -> single(shard, mapped));
        }
        return single(file, mapped);
    }

    private static WeightSource single(Path file, boolean mapped) {
        if (TorchFile.isOne(beginning(file))) {
            return new TorchFile(file);
        }
        return mapped ? SafeTensorsFile.mapped(file) : new SafeTensorsFile(file);
    }

    private static byte[] beginning(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(TorchFile.MAGIC_BYTES);
        } catch (NoSuchFileException e) {
            throw new CheckpointException(file, "no such file", "check the path", e);
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read (" + e + ")", "name a readable file", e);
        }
    }
}

package dev.gatun.apps;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.torch.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What lies beside the weights in a Hugging Face folder. The source may also be a file of weights alone. */
final class ModelFolder {
    private static final String CONFIG = "config.json";
    /** Configurations, tokenizers and texts, but neither weights in any framework's format nor their indices. */
    private static final Pattern KEPT =
            Pattern.compile("(?!.*\\.index\\.json$).*\\.(json|model|txt|jinja|md)|LICENSE|NOTICE");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path source;
    private final ObjectNode config;

    ModelFolder(Path source) {
        this.source = source;
        this.config = Files.isDirectory(source) && Files.exists(source.resolve(CONFIG)) ? read() : null;
    }

    private ObjectNode read() {
        Path file = source.resolve(CONFIG);
        try {
            JsonNode root = JSON.readTree(Files.readString(file));
            if (root instanceof ObjectNode object) {
                return object;
            }
            throw new CheckpointException(file, "is not a JSON object", "fetch it again", null);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(
                    file, "is not valid JSON (" + e.getOriginalMessage() + ")", "fetch it again", e);
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read (" + e + ")", "check the file", e);
        }
    }

    /** Whether the output layer is meant to be the embedding. */
    boolean tiesEmbeddings() {
        return config != null && config.path("tie_word_embeddings").asBoolean(true);
    }

    /** Copies what is no weights; the configuration then names the weights' type, if that has changed. */
    void copyOthers(Path target, DType dtype) throws IOException {
        if (!Files.isDirectory(source)) {
            return;
        }
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (KEPT.matcher(name).matches()) {
                    Files.copy(file, target.resolve(name));
                }
            }
        }
        if (config != null && dtype != null) {
            config.remove("torch_dtype");
            config.put("dtype", dtype.toString());
            Files.writeString(target.resolve(CONFIG), config.toPrettyString() + "\n");
        }
    }

    /**
     * A name next to {@code target}'s, to write under until all is there.
     *
     * @throws CheckpointException if {@code target} is there and is anything but an empty folder
     */
    static Path beside(Path target) throws IOException {
        if (Files.exists(target) && !isEmptyFolder(target)) {
            throw new CheckpointException(target, "is already there", "name another folder, or delete it", null);
        }
        Path name = target.toAbsolutePath().normalize();
        return name.resolveSibling(
                name.getFileName() + ".partial-" + ProcessHandle.current().pid());
    }

    private static boolean isEmptyFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    /** Gives a complete folder its name; fails if something has come to be there since. */
    static void rename(Path partial, Path target) throws IOException {
        Files.move(partial, target.toAbsolutePath().normalize(), StandardCopyOption.ATOMIC_MOVE);
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.exists(folder) ? Files.list(folder) : Stream.empty()) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException _) {
            // What went wrong first is worth more than what could not be tidied up after it.
        }
    }
}

package dev.gatun.nn.peft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.gatun.nn.checkpoint.AtomicFile;
import dev.gatun.nn.checkpoint.CheckpointException;
import dev.gatun.nn.checkpoint.SafeTensorsFile;
import dev.gatun.nn.checkpoint.SafeTensorsWriter;
import dev.gatun.torch.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** A folder as PEFT's {@code save_pretrained} writes it: a configuration and one file of tensors. */
final class PeftFolder {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final TypeReference<Map<String, Object>> KEYS = new TypeReference<>() {};

    private final Path folder;
    private final Path file;
    private final Map<String, Object> keys;

    /** Reads the configuration in {@code folder}, which must be of PEFT's kind {@code type}. */
    PeftFolder(Path folder, String type) {
        this.folder = folder;
        this.file = folder.resolve(CONFIG);
        this.keys = readKeys(file);
        if (!type.equals(keys.get("peft_type"))) {
            throw bad("its peft_type is " + keys.get("peft_type") + ", not " + type, "load it as what it is");
        }
    }

    private static Map<String, Object> readKeys(Path file) {
        String remedy = "give a folder as PEFT's save_pretrained writes it";
        try {
            Map<String, Object> keys = JSON.readValue(Files.readString(file), KEYS);
            if (keys == null) {
                throw new CheckpointException(file, "is empty", remedy, null);
            }
            return keys;
        } catch (NoSuchFileException e) {
            throw new CheckpointException(file, "no such file", remedy, e);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file, "is not a JSON object (" + e.getOriginalMessage() + ")", remedy, e);
        } catch (IOException e) {
            throw new CheckpointException(file, "cannot be read (" + e.getMessage() + ")", remedy, e);
        }
    }

    /** Opens the tensors. */
    SafeTensorsFile tensors() {
        if (!Files.exists(folder.resolve(WEIGHTS)) && Files.exists(folder.resolve("adapter_model.bin"))) {
            throw new CheckpointException(
                    folder,
                    "has its tensors in adapter_model.bin only",
                    "save them with a newer PEFT, which writes " + WEIGHTS,
                    null);
        }
        return new SafeTensorsFile(folder.resolve(WEIGHTS));
    }

    /** Refuses whatever the configuration asks for that is neither {@code understood} nor {@code harmless}. */
    void requireNothingBut(Set<String> understood, Set<String> harmless) {
        keys.forEach((key, value) -> {
            if (!understood.contains(key) && !harmless.contains(key) && asks(value)) {
                throw bad(
                        "asks for " + key + " = " + value + ", which is not supported",
                        "train the adapter without it, or merge it into its base model with PEFT");
            }
        });
    }

    private static boolean asks(Object value) {
        return switch (value) {
            case null -> false;
            case Boolean flag -> flag;
            case String text -> !text.isEmpty();
            case Collection<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            default -> true;
        };
    }

    /** The value of {@code key}, a {@code type}; {@code otherwise} if it is absent or null. */
    <T> T value(String key, Class<T> type, T otherwise) {
        Object value = keys.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!type.isInstance(value)) {
            throw bad(key + " is " + value + ", but should be of type " + type.getSimpleName(), "correct it");
        }
        return type.cast(value);
    }

    /** The positive whole number under {@code key}, which must be there. */
    int count(String key) {
        Integer value = value(key, Integer.class, 0);
        if (value < 1) {
            throw bad(key + " is " + keys.get(key) + ", but should be a positive whole number", "correct it");
        }
        return value;
    }

    CheckpointException bad(String what, String remedy) {
        return new CheckpointException(file, what, remedy, null);
    }

    /** Writes such a folder, made if need be. */
    static void write(Path folder, Map<String, Object> config, Map<String, Tensor> tensors) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CheckpointException(folder, "could not be made (" + e + ")", "choose another folder", e);
        }
        SafeTensorsWriter.write(folder.resolve(WEIGHTS), tensors, SafeTensorsWriter.HUGGING_FACE);
        try {
            byte[] text = (JSON.writeValueAsString(config) + "\n").getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(folder.resolve(CONFIG), text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a configuration could not be turned into JSON", e);
        }
    }
}

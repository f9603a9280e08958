package dev.gatun.data.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatun.data.DataException;
import dev.gatun.data.SniTask;
import dev.gatun.data.SniTask.Example;
import dev.gatun.data.SniTask.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads S-NI task files, tolerant of their variants and strict about what is needed. */
public final class SniParser {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EXPECTED =
            "expected a Super-NaturalInstructions task: a JSON object with \"Definition\","
                    + " \"Positive Examples\" [{input, output}] and \"Instances\" [{input, output}]";

    private final String where;
    private final JsonNode root;

    private SniParser(String where, JsonNode root) {
        this.where = where;
        this.root = root;
    }

    /** Reads the file and names the task after it. */
    public static SniTask read(Path file) {
        try {
            return parse(Files.readAllBytes(file), nameOf(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new DataException(file + ": no such task file; check the path", e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e + "); " + EXPECTED, e);
        }
    }

    /** Parses a task file's bytes; {@code where} names them in errors. */
    public static SniTask parse(byte[] json, String name, String where) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            String at = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new DataException(where + ": not JSON" + at + " (" + e.getOriginalMessage() + "); " + EXPECTED, e);
        } catch (IOException e) {
            throw new DataException(where + ": cannot be read (" + e + "); " + EXPECTED, e);
        }
        return new SniParser(where, root).task(name);
    }

    // Only the suffix goes: names may hold dots, as task1640_aqa1.0_... does.
    private static String nameOf(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".json") ? name.substring(0, name.length() - ".json".length()) : name;
    }

    private SniTask task(String name) {
        if (!root.isObject()) {
            throw wrong("the top level is " + kind(root));
        }
        List<String> definition = strings("Definition");
        if (definition.isEmpty()) {
            throw wrong("\"Definition\" is missing or empty");
        }
        return new SniTask(
                name,
                definition.getFirst(),
                examples("Positive Examples", true),
                examples("Negative Examples", false),
                instances(name),
                strings("Categories"),
                strings("Domains"),
                strings("Source"),
                strings("Input_language"),
                strings("Output_language"),
                strings("Instruction_language"),
                strings("Instance License"));
    }

    private List<Example> examples(String key, boolean required) {
        List<Example> examples = new ArrayList<>();
        for (JsonNode node : list(key, required)) {
            String at = "\"" + key + "\"[" + examples.size() + "]";
            JsonNode explanation = node.path("explanation");
            examples.add(new Example(
                    text(node, "input", at),
                    references(node, at).getFirst(),
                    explanation.isTextual() ? Optional.of(explanation.textValue()) : Optional.empty()));
        }
        return examples;
    }

    private List<Instance> instances(String name) {
        List<Instance> instances = new ArrayList<>();
        for (JsonNode node : list("Instances", true)) {
            String at = "\"Instances\"[" + instances.size() + "]";
            String id = node.path("id").asText("");
            instances.add(new Instance(
                    id.isEmpty() ? name + "-" + instances.size() : id, text(node, "input", at), references(node, at)));
        }
        return instances;
    }

    private JsonNode list(String key, boolean required) {
        JsonNode node = root.path(key);
        if (node.isMissingNode() || node.isNull()) {
            if (required) {
                throw wrong("\"" + key + "\" is missing");
            }
            return JSON.createArrayNode();
        }
        if (!node.isArray()) {
            throw wrong("\"" + key + "\" is " + kind(node) + ", not a list");
        }
        return node;
    }

    private String text(JsonNode node, String key, String at) {
        JsonNode value = node.path(key);
        if (!value.isTextual()) {
            throw wrong(at + "." + key + " is " + kind(value) + ", not a string");
        }
        return value.textValue();
    }

    /** An output is a string in some files and a list of references in others. */
    private List<String> references(JsonNode node, String at) {
        List<String> outputs = strings(node.path("output"), at + ".output");
        if (outputs.isEmpty()) {
            throw wrong(at + ".output is missing or empty");
        }
        return outputs;
    }

    private List<String> strings(String key) {
        return strings(root.path(key), "\"" + key + "\"");
    }

    private List<String> strings(JsonNode node, String at) {
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        if (node.isTextual()) {
            return List.of(node.textValue());
        }
        List<String> values = new ArrayList<>();
        for (JsonNode value : node) {
            if (!value.isTextual()) {
                throw wrong(at + " holds " + kind(value) + ", not strings only");
            }
            values.add(value.textValue());
        }
        if (!node.isArray()) {
            throw wrong(at + " is " + kind(node) + ", not a string or a list of strings");
        }
        return values;
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case MISSING -> "missing";
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case NULL -> "null";
            default -> "of another kind";
        };
    }

    private DataException wrong(String what) {
        return new DataException(where + ": not an S-NI task file, " + what + "; " + EXPECTED);
    }
}

package dev.gatun.hart.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.gatun.hart.config.ConfigException;
import dev.gatun.hart.config.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run folder holds at this moment; a run that goes on has less of it than a finished one.
 *
 * @param name what the run is called: its folder's name
 * @param folder its folder
 * @param config {@code config.yaml}, its keys joined by points
 * @param recipe the bundled recipe that it started from, in the same form; empty if it came from a file
 * @param metrics its curves
 * @param evaluation {@code evaluation.json}, a missing node before it is there
 * @param examples some of its predictions
 * @param attention {@code attention.json}, a missing node if there is none
 * @param environment {@code environment.json}, a missing node if there is none
 */
record RunData(
        String name,
        Path folder,
        Map<String, String> config,
        Map<String, String> recipe,
        Metrics metrics,
        JsonNode evaluation,
        List<Example> examples,
        JsonNode attention,
        JsonNode environment) {
    private static final YAMLMapper YAML = new YAMLMapper();

    /** Reads a run. Throws {@link ReportException} if {@code folder} is none. */
    static RunData read(Path folder) {
        Path config = folder.resolve("config.yaml");
        if (!Files.isRegularFile(config)) {
            throw new ReportException(folder + " is no run folder (it has no config.yaml): give the folder that"
                    + " `gatun train` printed, such as runs/sni-mini");
        }
        try {
            Map<String, String> keys = flat(YAML.readTree(config.toFile()));
            return new RunData(
                    folder.toAbsolutePath().normalize().getFileName().toString(),
                    folder,
                    keys,
                    recipe(keys.getOrDefault("recipe", "")),
                    Metrics.read(folder.resolve("metrics.jsonl")),
                    JsonLines.file(folder.resolve("evaluation.json")),
                    Example.read(folder.resolve("predictions.jsonl")),
                    JsonLines.file(folder.resolve("attention.json")),
                    JsonLines.file(folder.resolve(Environment.FILE)));
        } catch (IOException e) {
            throw new ReportException(
                    "cannot read " + config + ": "
                            + e.getMessage().lines().findFirst().orElse(""),
                    e);
        }
    }

    private static Map<String, String> recipe(String name) throws IOException {
        if (!Recipes.BUNDLED.contains(name)) {
            return Map.of();
        }
        try {
            return flat(YAML.readTree(Recipes.write(Recipes.read(name, List.of()))));
        } catch (ConfigException e) {
            return Map.of(); // a run of another version of Gatun, which had other recipes
        }
    }

    private static Map<String, String> flat(JsonNode tree) {
        Map<String, String> keys = new LinkedHashMap<>();
        flatten("", tree, keys);
        return keys;
    }

    private static void flatten(String prefix, JsonNode node, Map<String, String> keys) {
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> flatten(
                            prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey(), field.getValue(), keys));
        } else {
            keys.put(prefix, node.isValueNode() ? node.asText() : node.toString());
        }
    }

    /** A key of the configuration, or {@code otherwise}. */
    String config(String key, String otherwise) {
        return config.getOrDefault(key, otherwise);
    }

    /** The system: what the evaluation says, else the configuration, else the only one that older runs know. */
    String system() {
        return evaluation.path("system").asText(config("system", "hart"));
    }
}

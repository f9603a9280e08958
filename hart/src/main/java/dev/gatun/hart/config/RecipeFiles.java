package dev.gatun.hart.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds recipes and puts them together. A recipe that {@code extends} another has that one's keys but for those it gives
 * itself. The bundled SYSTEM-SIZE are put together from a file for each size and one with what each system changes, SYSTEM-SIZE-p3 from one more.
 */
final class RecipeFiles {
    /** The recipe that needs nothing but Gatun. */
    static final String MINI = "sni-mini";

    /** Sizes by their ending, with the files they start from. */
    private static final List<String> SIZES = List.of("mini", "large", "xl", "large80", "xl80");

    private static final String P3 = "-p3";
    private static final String EXTENDS = "extends";
    /** More than anybody nests on purpose. */
    private static final int DEEPEST = 10;

    private final YAMLMapper yaml;

    RecipeFiles(YAMLMapper yaml) {
        this.yaml = yaml;
    }

    /** The names of all that are bundled. */
    static List<String> bundled() {
        List<String> names = new ArrayList<>(List.of(MINI));
        for (SystemKind system : SystemKind.values()) {
            SIZES.forEach(size -> names.add(system.key() + "-" + size));
            if (system != SystemKind.TK) {
                SIZES.forEach(size -> names.add(system.key() + "-" + size + P3));
            }
        }
        return List.copyOf(names);
    }

    /** What a message offers when there is no such recipe. */
    static String offered() {
        return MINI + ", or SYSTEM-SIZE with a SYSTEM of "
                + String.join(
                        ", ",
                        Arrays.stream(SystemKind.values()).map(SystemKind::key).toList())
                + " and a SIZE of " + String.join(", ", SIZES) + ", for S-NI, or with " + P3 + " after it";
    }

    /** The whole recipe that {@code nameOrPath} means. */
    ObjectNode read(String nameOrPath) throws IOException {
        return read(nameOrPath, Path.of(""), 0);
    }

    private ObjectNode read(String nameOrPath, Path from, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new ConfigException(nameOrPath + " extends recipes in a circle, or more than " + DEEPEST
                    + " deep: end the chain with " + MINI);
        }
        if (bundled().contains(nameOrPath)) {
            return nameOrPath.equals(MINI) ? resource(MINI, depth) : ofSystem(nameOrPath, depth);
        }
        if (SIZES.contains(nameOrPath) && from == null) {
            return resource(nameOrPath, depth);
        }
        Path file = from == null ? Path.of(nameOrPath) : from.resolve(nameOrPath);
        if (!Files.isRegularFile(file)) {
            throw new ConfigException("no recipe " + nameOrPath + ": give a YAML file, or one of " + offered());
        }
        Path folder = file.toAbsolutePath().getParent();
        return extended(mapping(Files.readString(file), nameOrPath), folder, nameOrPath, depth);
    }

    private ObjectNode resource(String name, int depth) throws IOException {
        return extended(mapping(text(name), "recipe " + name), null, name, depth);
    }

    private ObjectNode ofSystem(String name, int depth) throws IOException {
        boolean p3 = name.endsWith(P3);
        String plain = p3 ? name.substring(0, name.length() - P3.length()) : name;
        int dash = plain.lastIndexOf('-');
        String size = plain.substring(dash + 1);
        ObjectNode made = resource(size.equals("mini") ? MINI : size, depth + 1);
        change(made, mapping(text("systems"), "systems").get(plain.substring(0, dash)), size);
        if (p3) {
            change(made, mapping(text("p3"), "p3"), size);
        }
        return made.put("recipe", name);
    }

    private static void change(ObjectNode made, JsonNode changes, String size) {
        for (String part : List.of("all", size.equals("mini") ? "mini" : "paper")) {
            if (changes.get(part) instanceof ObjectNode some) {
                merge(made, some);
            }
        }
    }

    /** {@code folder} is where the names of files start, null for bundled ones. */
    private ObjectNode extended(ObjectNode own, Path folder, String where, int depth) throws IOException {
        JsonNode base = own.remove(EXTENDS);
        if (base == null) {
            return own;
        }
        if (!base.isTextual()) {
            throw new ConfigException(
                    where + ": extends takes the name of a recipe or a YAML file beside this one, not " + base);
        }
        ObjectNode whole = read(base.textValue(), folder, depth + 1);
        merge(whole, own);
        return whole;
    }

    private static void merge(ObjectNode base, ObjectNode own) {
        own.properties().forEach(entry -> {
            if (base.get(entry.getKey()) instanceof ObjectNode section && entry.getValue() instanceof ObjectNode some) {
                merge(section, some);
            } else {
                base.set(entry.getKey(), entry.getValue());
            }
        });
    }

    private ObjectNode mapping(String text, String where) throws IOException {
        if (yaml.readTree(text) instanceof ObjectNode object) {
            return object;
        }
        throw new ConfigException(where + " is no YAML mapping of keys to values");
    }

    private static String text(String name) throws IOException {
        try (InputStream in = RecipeFiles.class.getResourceAsStream("/dev/gatun/hart/recipes/" + name + ".yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

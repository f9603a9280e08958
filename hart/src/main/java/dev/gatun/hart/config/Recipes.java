package dev.gatun.hart.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * Reads recipes: a bundled one by name, or a YAML file by path, with single keys overridden. A file that says {@code extends:
 * NAME} has the keys of that recipe but for those it gives itself.
 */
public final class Recipes {
    /** The recipes that come with Gatun: {@code sni-mini}, and each system in each size. */
    public static final List<String> BUNDLED = RecipeFiles.bundled();

    private static final YAMLMapper YAML = YAMLMapper.builder(
                    new YAMLFactory().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER))
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private Recipes() {}

    /**
     * Reads a recipe.
     *
     * @param nameOrPath a bundled recipe's name, or a YAML file
     * @param overrides of the form {@code section.key=value}
     * @throws ConfigException if there is no such recipe, or a key or value is wrong
     */
    public static RunConfig read(String nameOrPath, List<String> overrides) {
        String where = BUNDLED.contains(nameOrPath) ? "recipe " + nameOrPath : nameOrPath;
        try {
            ObjectNode object = new RecipeFiles(YAML).read(nameOrPath);
            for (String override : overrides) {
                set(object, override);
            }
            return convert(object, where);
        } catch (JsonProcessingException e) {
            throw new ConfigException(where + " is not YAML: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ConfigException("cannot read " + where + ": " + e.getMessage(), e);
        }
    }

    /** {@code config} as YAML, which {@link #read} accepts again; says on top which keys its system ignores. */
    public static String write(RunConfig config) {
        try {
            List<String> ignored = config.system().ignores();
            String head = ignored.isEmpty()
                    ? ""
                    : "# " + config.system().key() + " ignores: " + String.join(", ", ignored) + "\n";
            return head + YAML.writeValueAsString(config);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a configuration is always writable", e);
        }
    }

    /** Replaces the value of an existing key. */
    private static void set(ObjectNode tree, String override) throws JsonProcessingException {
        int equals = override.indexOf('=');
        if (equals <= 0) {
            throw new ConfigException("--set takes section.key=value, not '" + override + "'");
        }
        String[] path = override.substring(0, equals).split("\\.");
        ObjectNode node = tree;
        for (int i = 0; i < path.length - 1; i++) {
            node = node.get(path[i]) instanceof ObjectNode inner ? inner : null;
            if (node == null) {
                throw unknown(override.substring(0, equals), tree);
            }
        }
        String key = path[path.length - 1];
        if (!node.has(key) || node.get(key).isObject()) {
            throw unknown(override.substring(0, equals), tree);
        }
        String value = override.substring(equals + 1);
        node.set(key, value.isBlank() ? TextNode.valueOf("") : YAML.readTree(value));
    }

    private static ConfigException unknown(String key, ObjectNode tree) {
        List<String> keys = new ArrayList<>();
        collect(tree, "", keys);
        return new ConfigException("unknown key '" + key + "'; the keys are " + String.join(", ", keys));
    }

    private static void collect(ObjectNode node, String prefix, List<String> keys) {
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (node.get(name) instanceof ObjectNode inner) {
                collect(inner, prefix + name + ".", keys);
            } else {
                keys.add(prefix + name);
            }
        }
    }

    private static RunConfig convert(ObjectNode tree, String where) {
        RecipeKeys.check(tree, where);
        try {
            RunConfig config = YAML.treeToValue(tree, RunConfig.class);
            ConfigChecks.check(config);
            return config;
        } catch (MismatchedInputException e) {
            throw new ConfigException(
                    where + ": " + tree.at("/" + key(e).replace('.', '/')) + " is no value for " + key(e)
                            + ", which takes " + expected(e.getTargetType()),
                    e);
        } catch (JsonProcessingException e) {
            throw new ConfigException(where + ": " + e.getOriginalMessage(), e);
        }
    }

    private static String key(MismatchedInputException e) {
        List<String> names = new ArrayList<>();
        e.getPath().forEach(reference -> names.add(reference.getFieldName()));
        return String.join(".", names);
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return "one of " + List.of(type.getEnumConstants()).toString().toLowerCase(Locale.ROOT);
        }
        if (type == boolean.class) {
            return "true or false";
        }
        return type == String.class ? "a text" : type == double.class ? "a number" : "a whole number";
    }
}

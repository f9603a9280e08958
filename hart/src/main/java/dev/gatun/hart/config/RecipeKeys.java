package dev.gatun.hart.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Checks that a recipe has exactly the keys of {@link RunConfig}. Jackson would tell of a key that is missing before it
 * tells of the misspelt one in its place.
 */
final class RecipeKeys {
    private RecipeKeys() {}

    static void check(ObjectNode tree, String where) {
        check(tree, RunConfig.class, "", where);
    }

    private static void check(ObjectNode node, Class<?> section, String prefix, String where) {
        Map<String, Class<?>> known = new LinkedHashMap<>();
        for (RecordComponent component : section.getRecordComponents()) {
            known.put(
                    PropertyNamingStrategies.SnakeCaseStrategy.INSTANCE.translate(component.getName()),
                    component.getType());
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.containsKey(name)) {
                throw new ConfigException(
                        where + ": unknown key '" + prefix + name + "'; expected one of " + known.keySet());
            }
        }
        known.forEach((name, type) -> {
            JsonNode value = node.get(name);
            if (value == null) {
                throw new ConfigException(where + ": the key '" + prefix + name + "' is missing: a recipe has them all,"
                        + " copy its line from the bundled one (gatun train writes it to the run's config.yaml)");
            }
            if (type.isRecord()) {
                if (!(value instanceof ObjectNode inner)) {
                    throw new ConfigException(
                            where + ": " + prefix + name + " is a section, with keys of its own below it");
                }
                check(inner, type, prefix + name + ".", where);
            }
        });
    }
}

package dev.gatun.torch;

import dev.gatun.ffm.Schema;
import java.util.ArrayList;
import java.util.List;

/** The default values in a schema's text, as the Java values that a caller would pass. */
final class SchemaDefaults {
    private SchemaDefaults() {}

    static Object value(Schema.Argument argument) {
        return value(argument.defaultValue());
    }

    private static Object value(String text) {
        if (text.startsWith("[")) {
            List<Object> items = new ArrayList<>();
            for (String item : Schema.splitTopLevel(text.substring(1, text.length() - 1))) {
                items.add(value(item));
            }
            return items;
        }
        if (text.startsWith("\"") || text.startsWith("'")) {
            return text.substring(1, text.length() - 1).translateEscapes();
        }
        return switch (text) {
            case "None" -> null;
            case "True" -> true;
            case "False" -> false;
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> number(text);
        };
    }

    private static Object number(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            return Double.valueOf(text);
        }
    }
}

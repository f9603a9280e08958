package dev.gatun.ffm;

import java.util.ArrayList;
import java.util.List;

/**
 * One op's schema as the dispatcher prints it, for example
 * {@code aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor}.
 *
 * @param name the op's name without the namespace, for example {@code sum}
 * @param overload the overload's name, or the empty string
 */
public record Schema(String text, String name, String overload, List<Argument> arguments, List<Result> results) {
    /**
     * An argument; {@code type} has no alias annotation, {@code alias} is null, or like {@code a} or {@code a!}, and
     * {@code isKeyword} tells that Python takes it by name only.
     */
    public record Argument(String type, String alias, String name, String defaultValue, boolean isKeyword) {
        /** True when the op writes to it. */
        public boolean isWritten() {
            return alias != null && alias.endsWith("!");
        }
    }

    /** A result; {@code name} is null where the schema gives none. */
    public record Result(String type, String alias, String name) {
        /** True when the op writes to it. */
        public boolean isWritten() {
            return alias != null && alias.endsWith("!");
        }
    }

    /** Reads a schema of any namespace. Throws {@link IllegalArgumentException} for a text that is none. */
    public static Schema parse(String text) {
        int open = text.indexOf('(');
        int arrow = text.lastIndexOf(") -> ");
        int namespace = text.indexOf("::");
        if (namespace < 0 || open < namespace || arrow < open) {
            throw new IllegalArgumentException("not an op's schema: " + text);
        }
        String[] names = text.substring(namespace + 2, open).split("\\.", 2);
        List<Argument> arguments = new ArrayList<>();
        boolean isKeyword = false;
        for (String part : splitTopLevel(text.substring(open + 1, arrow))) {
            if (part.equals("*")) {
                isKeyword = true;
            } else {
                arguments.add(argument(part, isKeyword));
            }
        }
        return new Schema(
                text, names[0], names.length > 1 ? names[1] : "", arguments, results(text.substring(arrow + 5)));
    }

    private static Argument argument(String part, boolean isKeyword) {
        int equals = part.indexOf('=');
        String declaration = equals < 0 ? part : part.substring(0, equals);
        String defaultValue = equals < 0 ? null : part.substring(equals + 1);
        int blank = declaration.lastIndexOf(' ');
        String type = declaration.substring(0, blank);
        return new Argument(withoutAlias(type), alias(type), declaration.substring(blank + 1), defaultValue, isKeyword);
    }

    private static List<Result> results(String text) {
        if (text.equals("()")) {
            return List.of();
        }
        List<Result> results = new ArrayList<>();
        boolean isTuple = text.startsWith("(") && text.endsWith(")");
        for (String part : splitTopLevel(isTuple ? text.substring(1, text.length() - 1) : text)) {
            int blank = part.lastIndexOf(' ');
            boolean named = blank > 0 && part.indexOf(')', blank) < 0 && part.indexOf(']', blank) < 0;
            String type = named ? part.substring(0, blank) : part;
            results.add(new Result(withoutAlias(type), alias(type), named ? part.substring(blank + 1) : null));
        }
        return results;
    }

    private static String withoutAlias(String type) {
        int open = type.indexOf('(');
        return open < 0 ? type : type.substring(0, open) + type.substring(type.indexOf(')') + 1);
    }

    private static String alias(String type) {
        int open = type.indexOf('(');
        return open < 0 ? null : type.substring(open + 1, type.indexOf(')'));
    }

    /** Splits at the commas outside brackets and quotes. */
    public static List<String> splitTopLevel(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' && (i == 0 || text.charAt(i - 1) != '\\')) {
                quoted = !quoted;
            } else if (!quoted && (c == '(' || c == '[' || c == '<')) {
                depth++;
            } else if (!quoted && (c == ')' || c == ']' || c == '>' && text.charAt(i - 1) != '-')) {
                depth--;
            } else if (!quoted && depth == 0 && c == ',') {
                parts.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        String last = text.substring(start).strip();
        if (!last.isEmpty()) {
            parts.add(last);
        }
        return parts;
    }
}

package dev.gatun.ffm.generator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A C header of this project's own, in the small part of C that those use: numbers by {@code #define}, enums, opaque
 * pointers, structs of integers and arrays of char, and functions. What it does not understand it refuses.
 */
final class CHeader {
    /** How a value is passed to or from a C function. */
    enum Type {
        INT('I', "int", "JAVA_INT"),
        LONG('L', "long", "JAVA_LONG"),
        BOOL('Z', "boolean", "JAVA_BOOLEAN"),
        /** A struct by value. */
        STRUCT('S', "MemorySegment", null);

        final char letter;
        final String java;
        final String layout;

        Type(char letter, String java, String layout) {
            this.letter = letter;
            this.java = java;
            this.layout = layout;
        }
    }

    /** A parameter or a struct's field; {@code struct} names the struct's type, {@code length} is an array's, or 0. */
    record Variable(Type type, String struct, String name, int length) {}

    /** A function and its prototype on one line. */
    record Function(Type result, String name, List<Variable> parameters, String prototype) {}

    final Map<String, String> constants = new LinkedHashMap<>();
    final Map<String, List<Variable>> structs = new LinkedHashMap<>();
    final List<Function> functions = new ArrayList<>();

    private final Map<String, Type> types = new HashMap<>(Map.of(
            "int", Type.INT,
            "int32_t", Type.INT,
            "unsigned int", Type.INT,
            "size_t", Type.LONG,
            "int64_t", Type.LONG,
            "bool", Type.BOOL));

    private static final Pattern DEFINE = Pattern.compile("#define (\\w+) (\\w+)");
    private static final Pattern OPAQUE = Pattern.compile("typedef struct \\w+ \\*(\\w+)");
    private static final Pattern ENUM = Pattern.compile("typedef enum \\{(.*)} (\\w+)");
    private static final Pattern STRUCT = Pattern.compile("typedef struct \\{(.*)} (\\w+)");
    private static final Pattern FUNCTION = Pattern.compile("([\\w ]+[ *])(\\w+)\\((.*)\\)");
    private static final Pattern VARIABLE = Pattern.compile("(?:const )?(.*?)( \\**)(\\w+)(?:\\[(\\d+)])?");

    private CHeader() {}

    static CHeader parse(String text) {
        CHeader header = new CHeader();
        StringBuilder code = new StringBuilder();
        String bare =
                Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL).matcher(text).replaceAll("");
        for (String line : bare.lines().toList()) {
            Matcher define = DEFINE.matcher(line);
            if (define.matches()) {
                header.constants.put(define.group(1), define.group(2));
            } else if (!line.startsWith("#")) {
                code.append(line.strip()).append(' ');
            }
        }
        // A semicolon within braces ends a field and not a declaration.
        for (String declaration : code.toString().split(";(?![^{}]*})")) {
            if (!declaration.isBlank()) {
                header.declaration(declaration.strip().replaceAll("\\s+", " "));
            }
        }
        return header;
    }

    private void declaration(String text) {
        Matcher opaque = OPAQUE.matcher(text);
        Matcher enumeration = ENUM.matcher(text);
        Matcher struct = STRUCT.matcher(text);
        Matcher function = FUNCTION.matcher(text);
        if (opaque.matches()) {
            types.put(opaque.group(1), Type.LONG);
        } else if (enumeration.matches()) {
            for (String entry : enumeration.group(1).split(",")) {
                String[] sides = entry.strip().split(" = ");
                constants.put(sides[0], sides[1]);
            }
            types.put(enumeration.group(2), Type.INT);
        } else if (struct.matches()) {
            structs.put(struct.group(2), variables(struct.group(1), ";"));
            types.put(struct.group(2), Type.STRUCT);
        } else if (function.matches()) {
            Type result = variable(function.group(1).strip() + " result").type;
            functions.add(new Function(result, function.group(2), variables(function.group(3), ","), text));
        } else {
            throw new IllegalArgumentException("a declaration that the generator does not understand: " + text);
        }
    }

    private List<Variable> variables(String text, String separator) {
        List<Variable> variables = new ArrayList<>();
        for (String each : text.split(separator)) {
            if (!each.isBlank() && !each.strip().equals("void")) {
                variables.add(variable(each.strip()));
            }
        }
        return variables;
    }

    private Variable variable(String text) {
        // "char * name" and "char *name" are the same.
        Matcher variable = VARIABLE.matcher(text.replaceAll("\\s*(\\*+)\\s*", " $1"));
        if (!variable.matches()) {
            throw new IllegalArgumentException("a variable that the generator does not understand: " + text);
        }
        String base = variable.group(1).strip();
        int length = variable.group(4) == null ? 0 : Integer.parseInt(variable.group(4));
        Type type = variable.group(2).contains("*") ? Type.LONG : length > 0 ? Type.INT : types.get(base);
        if (type == null || length > 0 && !base.equals("char")) {
            throw new IllegalArgumentException("a type that the generator does not know: " + text);
        }
        return new Variable(type, base, variable.group(3), length);
    }
}

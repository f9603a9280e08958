package dev.gatun.ffm.generator;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import javax.lang.model.SourceVersion;

/** Java spellings of schema names and default values. */
final class JavaNames {
    /** Final or differently typed methods of {@code Object}, and the shim's frame variable. */
    private static final Set<String> TAKEN = Set.of("f", "wait", "notify", "notifyAll", "getClass", "finalize");

    private JavaNames() {}

    static String escape(String name) {
        return SourceVersion.isKeyword(name) || TAKEN.contains(name) ? name + "_" : name;
    }

    /** The default of {@code p} as a Java expression of the full overload's type. */
    static String literal(Op op, Op.Parameter p) {
        String value = p.argument().defaultValue();
        String type = Signature.javaType(op, p);
        if (value.equals("None") || type.equals("TensorOptions")) {
            return "(" + type + ") null";
        }
        return switch (type) {
            case "Scalar" -> "Scalar.of(" + value + ")";
            case "long", "double", "String" -> value;
            case "boolean" -> value.toLowerCase(java.util.Locale.ROOT);
            // Boxed, so that the overload with primitives does not match as well.
            case "Long" -> "Long.valueOf(" + value + ")";
            case "Boolean" -> "Boolean." + value.toUpperCase(java.util.Locale.ROOT);
            case "DType" -> "DType.ofCode(" + value + ")";
            case "MemoryFormat" -> "MemoryFormat.ofCode(" + value + ")";
            case "long[]" -> "new long[] {" + list(value, p.argument().type()) + "}";
            default ->
                throw new IllegalArgumentException(op.fullName() + ": no Java literal for " + type + " = " + value);
        };
    }

    /** {@code [1, 1]}, or {@code 0} for {@code int[2]}, which stands for as many zeros as the type says. */
    private static String list(String value, String type) {
        if (value.startsWith("[")) {
            return value.substring(1, value.length() - 1);
        }
        int length = Integer.parseInt(type.replaceAll(".*\\[(\\d+)].*", "$1"));
        String[] items = new String[length];
        Arrays.fill(items, value);
        return String.join(", ", items);
    }

    /** {@code values, indices} as {@code ValuesIndices}; unnamed results as {@code Tensors2}. */
    static String recordName(Op op) {
        boolean named = op.schema().results().stream().allMatch(r -> r.name() != null);
        if (named) {
            return op.schema().results().stream().map(r -> camel(r.name())).collect(Collectors.joining())
                    + (op.results().stream().anyMatch(k -> k == Op.ResultKind.TENSORS) ? "Lists" : "");
        }
        if (op.results().stream().allMatch(k -> k == Op.ResultKind.TENSOR)) {
            return "Tensors" + op.results().size();
        }
        return op.results().stream()
                .map(k -> camel(k.name().toLowerCase(java.util.Locale.ROOT)))
                .collect(Collectors.joining());
    }

    static String componentName(Op op, int i) {
        boolean named = op.schema().results().stream().allMatch(r -> r.name() != null);
        return named ? escape(op.schema().results().get(i).name()) : "_" + i;
    }

    private static String camel(String name) {
        StringBuilder out = new StringBuilder();
        for (String word : name.split("_")) {
            if (!word.isEmpty()) {
                out.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
            }
        }
        return out.toString();
    }
}

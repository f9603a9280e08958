package dev.gatun.ffm.generator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The Java parameters of one overload, and the expressions that turn them into the full overload's arguments. The full
 * overload takes every argument; shorter ones leave off trailing defaults; friendlier ones take primitives where the
 * full one takes {@code Scalar}, a boxed optional, or a list of a fixed length.
 */
record Signature(List<Part> parts) {
    private static final Pattern LENGTH = Pattern.compile("\\[(\\d+)]");

    /**
     * @param type the Java type of the parameter, or null when the argument is filled in by {@code value}
     * @param value what to pass to the full overload; {@code $} stands for the parameter's name
     */
    record Part(String name, String type, String value) {
        String passed() {
            return value.replace("$", name);
        }
    }

    enum ScalarForm {
        SCALAR,
        DOUBLE,
        LONG
    }

    /** The parameters as Java sees them: dtype, layout, device and pin_memory in a row are one {@code TensorOptions}. */
    static List<Op.Parameter> visible(Op op, boolean isMethod) {
        List<Op.Parameter> visible = new ArrayList<>();
        List<Op.Parameter> all = op.parameters();
        for (int i = isMethod ? 1 : 0; i < all.size(); i++) {
            visible.add(all.get(i));
            if (isOptions(all, i)) {
                i += 3;
            }
        }
        return visible;
    }

    static boolean isOptions(List<Op.Parameter> all, int i) {
        return i + 3 < all.size()
                && all.get(i).kind() == Kind.OPTIONAL_DTYPE
                && all.get(i + 1).kind() == Kind.OPTIONAL_LAYOUT
                && all.get(i + 2).kind() == Kind.OPTIONAL_DEVICE
                && all.get(i + 3).kind() == Kind.OPTIONAL_BOOL;
    }

    static boolean startsOptions(Op op, Op.Parameter parameter) {
        return isOptions(op.parameters(), op.parameters().indexOf(parameter));
    }

    static String javaType(Op op, Op.Parameter parameter) {
        return startsOptions(op, parameter) ? "TensorOptions" : parameter.kind().java;
    }

    static String javaName(Op op, Op.Parameter parameter) {
        return startsOptions(op, parameter) ? "options" : JavaNames.escape(parameter.name());
    }

    static Signature full(Op op, boolean isMethod) {
        return new Signature(visible(op, isMethod).stream()
                .map(p -> new Part(javaName(op, p), javaType(op, p), "$"))
                .toList());
    }

    /** Every further overload worth having; the caller drops those whose Java types another op already took. */
    static List<Signature> shorter(Op op, boolean isMethod) {
        List<Op.Parameter> visible = visible(op, isMethod);
        // What an out= form writes to comes last and has no default: the defaults before it can still be left off.
        int body = visible.size();
        while (body > 0
                && visible.get(body - 1).argument().isWritten()
                && visible.get(body - 1).argument().isKeyword()) {
            body--;
        }
        int required = body;
        while (required > 0 && visible.get(required - 1).argument().defaultValue() != null) {
            required--;
        }
        List<Signature> result = new ArrayList<>();
        for (int kept = body; kept >= required; kept--) {
            addForms(result, op, visible, kept, body, -1);
        }
        int type = keywordType(op, visible);
        for (int kept = type - 1; kept >= required; kept--) {
            addForms(result, op, visible, kept, body, type);
        }
        return result;
    }

    /** The place of the dtype or options that Python takes by name, or -1: Java can give it after fewer arguments. */
    private static int keywordType(Op op, List<Op.Parameter> visible) {
        for (int i = 0; i < visible.size(); i++) {
            if (visible.get(i).argument().isKeyword()) {
                String type = javaType(op, visible.get(i));
                return type.equals("DType") || type.equals("TensorOptions") ? i : -1;
            }
        }
        return -1;
    }

    /** The forms that keep the first {@code kept} arguments, those from {@code body} on, and the one at {@code also}. */
    private static void addForms(
            List<Signature> result, Op op, List<Op.Parameter> visible, int kept, int body, int also) {
        IntPredicate isGiven = i -> i < kept || i >= body || i == also;
        for (ScalarForm form : ScalarForm.values()) {
            for (boolean primitive : new boolean[] {false, true}) {
                for (boolean single : new boolean[] {false, true}) {
                    result.add(variant(op, visible, isGiven, form, primitive, single));
                }
            }
        }
    }

    private static Signature variant(
            Op op,
            List<Op.Parameter> visible,
            IntPredicate isGiven,
            ScalarForm form,
            boolean primitive,
            boolean single) {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < visible.size(); i++) {
            Op.Parameter p = visible.get(i);
            String name = javaName(op, p);
            String type = javaType(op, p);
            int length = type.equals("long[]") ? fixedLength(p.argument().type()) : 0;
            if (!isGiven.test(i)) {
                parts.add(new Part(name, null, JavaNames.literal(op, p)));
            } else if (type.equals("Scalar") && form != ScalarForm.SCALAR) {
                parts.add(new Part(name, form == ScalarForm.DOUBLE ? "double" : "long", "Scalar.of($)"));
            } else if (primitive && type.equals("Long")) {
                parts.add(new Part(name, "long", "Long.valueOf($)"));
            } else if (primitive && type.equals("Double")) {
                parts.add(new Part(name, "double", "Double.valueOf($)"));
            } else if (primitive && type.equals("Boolean")) {
                parts.add(new Part(name, "boolean", "Boolean.valueOf($)"));
            } else if (single && length > 0) {
                String same = String.join(", ", Collections.nCopies(length, "$"));
                parts.add(new Part(name, "long", "new long[] {" + same + "}"));
            } else {
                parts.add(new Part(name, type, "$"));
            }
        }
        return new Signature(parts);
    }

    /** 2 for {@code int[2]}, for which one number stands for both, as in Python; 0 for a list of any length. */
    private static int fixedLength(String type) {
        Matcher length = LENGTH.matcher(type);
        return length.find() ? Integer.parseInt(length.group(1)) : 0;
    }

    /** What javac tells overloads apart by. */
    String erasure() {
        return parts.stream().filter(p -> p.type() != null).map(Part::type).collect(Collectors.joining(","));
    }

    /** The parameter list; a last {@code long[]} or {@code Tensor[]} reads better as varargs. */
    String declaration() {
        List<Part> declared = parts.stream().filter(p -> p.type() != null).toList();
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < declared.size(); i++) {
            String type = declared.get(i).type();
            boolean last = i == declared.size() - 1;
            if (last && (type.equals("long[]") || type.equals("Tensor[]"))) {
                type = type.replace("[]", "...");
            }
            out.append(i == 0 ? "" : ", ")
                    .append(type)
                    .append(' ')
                    .append(declared.get(i).name());
        }
        return out.toString();
    }

    String passed() {
        return parts.stream().map(Part::passed).collect(Collectors.joining(", "));
    }
}

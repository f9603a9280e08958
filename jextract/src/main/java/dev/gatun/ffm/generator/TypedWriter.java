package dev.gatun.ffm.generator;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes the typed ops: {@code TensorMethods}, {@code TorchFunctions}, {@code Aten}, and the result records. */
final class TypedWriter {
    private final Map<Op, Integer> partOf;
    private final StringBuilder out = new StringBuilder();
    private final Set<String> taken = new HashSet<>();
    private final StringBuilder table = new StringBuilder();
    private final Guards guards;

    TypedWriter(Map<Op, Integer> partOf, Guards guards) {
        this.partOf = partOf;
        this.guards = guards;
    }

    /**
     * Where each op that was written can be called, a line an op: its name, the Java class and method, and for each
     * Java parameter its schema type ({@code !} when the op writes to it), name and Java type.
     */
    String table() {
        return table.toString();
    }

    String write(Home home, List<Op> ops) {
        out.append(Generate.DO_NOT_EDIT).append("package dev.gatun.torch;\n\n").append(declaration(home));
        boolean isMethod = home == Home.TENSOR;
        // Full overloads first: a short form of one op must not take the Java signature of another op's full one.
        Map<Op, String> names = new java.util.LinkedHashMap<>();
        for (Op op : ops) {
            String name = JavaNames.escape(
                    op.isOut() && home == Home.TORCH ? outName(op) : op.schema().name());
            String erasure = Signature.full(op, isMethod).erasure();
            if (!taken.add(name + "(" + erasure + ")")) {
                name = JavaNames.escape(op.symbol());
                taken.add(name + "(" + erasure + ")");
            }
            names.put(op, name);
        }
        names.forEach((op, name) -> {
            writeOp(op, name, isMethod);
            describe(op, home, name, isMethod);
        });
        return out.append("}\n").toString();
    }

    private void describe(Op op, Home home, String name, boolean isMethod) {
        table.append(op.fullName())
                .append('\t')
                .append(home.className)
                .append('\t')
                .append(name);
        if (isMethod) {
            describe(op, op.parameters().getFirst());
        }
        Signature.visible(op, isMethod).forEach(p -> describe(op, p));
        table.append('\n');
    }

    private void describe(Op op, Op.Parameter p) {
        table.append('\t')
                .append(p.argument().type())
                .append(p.argument().isWritten() ? "!" : "")
                .append(' ')
                .append(p.name())
                .append(' ')
                .append(Signature.javaType(op, p));
    }

    private static String outName(Op op) {
        return op.schema().name() + "_out";
    }

    private static String declaration(Home home) {
        return switch (home) {
            case TENSOR ->
                "/** The ATen ops that are methods of a tensor, under PyTorch's names. */\n"
                        + "public abstract sealed class TensorMethods permits TensorElements {\n"
                        + "    TensorMethods() {}\n\n    abstract Tensor self();\n";
            case TORCH ->
                "/** The ATen ops that are functions of {@code torch}, and the {@code out=} forms, under PyTorch's names. */\n"
                        + "public abstract sealed class TorchFunctions permits Torch {\n    TorchFunctions() {}\n";
            case ATEN ->
                "/** ATen's underscore, backward and backend-specific ops: no public API of PyTorch, and no promise that they stay. */\n"
                        + "public final class Aten {\n    private Aten() {}\n";
        };
    }

    private void writeOp(Op op, String name, boolean isMethod) {
        Signature full = Signature.full(op, isMethod);
        String modifiers = isMethod ? "public " : "public static ";
        String returns = returnType(op, isMethod);
        out.append("\n    /** ")
                .append(Semantics.sentence(op, isMethod))
                .append(" {@code ")
                .append(op.schema().text().replace("*/", "* /"))
                .append("} */\n    ");
        if (name.equals("clone") && full.parts().isEmpty()) {
            out.append("@Override ");
        }
        out.append(modifiers).append(returns).append(' ').append(name);
        out.append('(')
                .append(full.declaration())
                .append(") {\n")
                .append(body(op, isMethod))
                .append("    }\n");
        for (Signature signature : Signature.shorter(op, isMethod)) {
            if (taken.add(name + "(" + signature.erasure() + ")")) {
                out.append("\n    /** {@link #")
                        .append(name)
                        .append('(')
                        .append(full.erasure())
                        .append(")} with the other arguments at their defaults. */\n    ");
                if (name.equals("clone") && signature.declaration().isEmpty()) {
                    out.append("@Override ");
                }
                out.append(modifiers)
                        .append(returns)
                        .append(' ')
                        .append(name)
                        .append('(')
                        .append(signature.declaration())
                        .append(") {\n        ")
                        .append(returns.equals("void") ? "" : "return ")
                        .append(name)
                        .append('(')
                        .append(signature.passed())
                        .append(");\n    }\n");
            }
        }
    }

    private String body(Op op, boolean isMethod) {
        StringBuilder body = new StringBuilder();
        // A guard looks at its tensors with calls of its own, so it comes before the frame is begun.
        for (String call : guards.calls(op, isMethod)) {
            body.append("        ").append(call).append(";\n");
        }
        body.append("        Frame f = Frame.begin();\n");
        List<Op.Parameter> all = op.parameters();
        for (int i = 0; i < all.size(); i++) {
            Op.Parameter p = all.get(i);
            if (Signature.isOptions(all, i)) {
                body.append("        f.options(").append(p.slot()).append(", options);\n");
                i += 3;
                continue;
            }
            String value = isMethod && i == 0 ? "self()" : Signature.javaName(op, p);
            body.append("        f.")
                    .append(p.kind().write)
                    .append('(')
                    .append(p.slot())
                    .append(", ")
                    .append(value)
                    .append(
                            p.kind().write.equals("bools")
                                    ? ", " + p.kind().name().charAt(6)
                                    : "")
                    .append(p.kind().isNamed() && !value.equals("self()") ? ", \"" + p.name() + '"' : "")
                    .append(");\n");
        }
        body.append("        f.check(dev.gatun.ffm.")
                .append(RawWriter.className(partOf.get(op)))
                .append('.')
                .append(op.symbol())
                .append("(f.address()), \"")
                .append(op.fullName())
                .append("\");\n");
        return body.append(result(op, isMethod)).toString();
    }

    private static String result(Op op, boolean isMethod) {
        if (returnType(op, isMethod).equals("void")) {
            return "";
        }
        if (op.returnsArguments()) {
            Op.Parameter p = op.aliased(0);
            return "        return " + (isMethod && p.slot() == 0 ? "self()" : JavaNames.escape(p.name())) + ";\n";
        }
        if (op.results().size() == 1) {
            return "        return " + read(op.results().getFirst(), 0) + ";\n";
        }
        StringBuilder out = new StringBuilder("        return new " + JavaNames.recordName(op) + "(");
        int slot = 0;
        for (int i = 0; i < op.results().size(); i++) {
            out.append(i == 0 ? "" : ", ").append(read(op.results().get(i), slot));
            slot += op.results().get(i).slots;
        }
        return out.append(");\n").toString();
    }

    private static String read(Op.ResultKind kind, int slot) {
        return switch (kind) {
            case TENSOR -> "f.newTensor(" + slot + ")";
            case TENSORS -> "f.newTensors(" + slot + ")";
            case INT, SYM_INT, QSCHEME -> "f.readInteger(" + slot + ")";
            case DOUBLE -> "f.readReal(" + slot + ")";
            case BOOL -> "f.readBool(" + slot + ")";
            case SCALAR -> "f.readScalar(" + slot + ")";
            case DTYPE -> "f.readDtype(" + slot + ")";
        };
    }

    private static String returnType(Op op, boolean isMethod) {
        if (op.results().isEmpty()) {
            return "void";
        }
        if (op.returnsArguments()) {
            return op.results().size() == 1 ? op.aliased(0).kind().java : "void";
        }
        return op.results().size() == 1 ? op.results().getFirst().java : JavaNames.recordName(op);
    }

    /** The records that ops with several results return, by file name. */
    static Map<String, String> records(List<Op> ops) {
        Map<String, String> files = new TreeMap<>();
        for (Op op : ops) {
            if (op.results().size() > 1 && !op.returnsArguments()) {
                StringBuilder components = new StringBuilder();
                for (int i = 0; i < op.results().size(); i++) {
                    components
                            .append(i == 0 ? "" : ", ")
                            .append(op.results().get(i).java)
                            .append(' ')
                            .append(JavaNames.componentName(op, i));
                }
                String name = JavaNames.recordName(op);
                String text = Generate.DO_NOT_EDIT + "package dev.gatun.torch;\n\n/** The results of ops that return ("
                        + components + "). */\npublic record " + name + "(" + components + ") {}\n";
                String earlier = files.put(name + ".java", text);
                if (earlier != null && !earlier.equals(text)) {
                    throw new IllegalStateException("two shapes of the record " + name + ": " + op.fullName());
                }
            }
        }
        return files;
    }
}

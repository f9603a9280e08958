package dev.gatun.ffm.generator;

import java.util.List;
import java.util.stream.Collectors;

/** Writes the C++ wrappers, {@code int gatun_aten_NAME(int64_t *f)}, and their plain C header. */
final class CppWriter {
    private CppWriter() {}

    static String header(List<Op> ops, int parts) {
        StringBuilder out = new StringBuilder(Generate.DO_NOT_EDIT)
                .append(
                        "/* One function an op: arguments in the slots of f, results from f[0] on; not 0 means failed. */\n")
                .append("#ifndef GATUN_ATEN_H\n#define GATUN_ATEN_H\n\n#include <stdint.h>\n\n")
                .append("#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n")
                .append("#define GATUN_ATEN_PARTS ")
                .append(parts)
                .append("\n\n");
        for (Op op : ops) {
            out.append("/* ").append(op.schema().text().replace("*/", "* /")).append(" */\n");
            out.append("int gatun_aten_").append(op.symbol()).append("(int64_t *f);\n");
        }
        return out.append("\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n").toString();
    }

    static String wrappers(List<Op> ops, int part) {
        StringBuilder out = new StringBuilder(Generate.DO_NOT_EDIT)
                .append("#include \"../../cpp/aten_support.h\"\n#include \"gatun_aten.h\"\n\n")
                .append("namespace at::_ops {\n");
        for (Op op : ops) {
            String types = op.parameters().stream().map(p -> cppType(p.kind())).collect(Collectors.joining(", "));
            out.append("struct ")
                    .append(op.symbol())
                    .append(" { GATUN_WEAK static ")
                    .append(returnType(op))
                    .append(" call(")
                    .append(types)
                    .append("); };\n");
        }
        out.append("}  // namespace at::_ops\n\n");
        for (Op op : ops) {
            out.append(wrapper(op));
        }
        out.append("extern \"C\" GATUN_EXPORT const gatun::OpEntry gatun_aten_table_")
                .append(part)
                .append("[] = {\n");
        for (Op op : ops) {
            out.append("    {\"")
                    .append(op.fullName())
                    .append("\", (void *)&at::_ops::")
                    .append(op.symbol())
                    .append("::call},\n");
        }
        return out.append("    {nullptr, nullptr}};\n").toString();
    }

    static String tables(int parts) {
        StringBuilder out = new StringBuilder(Generate.DO_NOT_EDIT).append("#include \"../../cpp/aten_support.h\"\n\n");
        for (int i = 0; i < parts; i++) {
            out.append("extern \"C\" const gatun::OpEntry gatun_aten_table_")
                    .append(i)
                    .append("[];\n");
        }
        out.append("\nextern const gatun::OpEntry *const gatun_aten_tables[];\n");
        out.append("const gatun::OpEntry *const gatun_aten_tables[] = {\n");
        for (int i = 0; i < parts; i++) {
            out.append("    gatun_aten_table_").append(i).append(",\n");
        }
        return out.append("    nullptr};\n").toString();
    }

    private static String wrapper(Op op) {
        String call = "at::_ops::" + op.symbol() + "::call";
        String arguments = op.parameters().stream()
                .map(p -> p.kind().read.replace("$", Integer.toString(p.slot())))
                .collect(Collectors.joining(", "));
        return "extern \"C\" GATUN_EXPORT int gatun_aten_" + op.symbol() + "(int64_t *f) {\n"
                + "  (void)f;\n"
                + "  if (&" + call + " == nullptr) return gatun::missing(\"" + op.fullName() + "\");\n"
                + "  try {\n"
                + "    " + body(op, call + "(" + arguments + ")") + "\n"
                + "    return 0;\n"
                + "  } catch (...) {\n"
                + "    return gatun::failed();\n"
                + "  }\n}\n\n";
    }

    private static String body(Op op, String call) {
        if (op.results().isEmpty() || op.returnsArguments()) {
            return call + ";";
        }
        if (op.results().size() == 1) {
            return "gatun::Result<" + returnType(op) + "> r([&] { return " + call + "; });\n    r.move_to(f);";
        }
        return "gatun::Results<" + elementTypes(op) + "> r([&] { return " + call + "; });\n    r.move_to(f);";
    }

    private static String elementTypes(Op op) {
        StringBuilder types = new StringBuilder();
        for (int i = 0; i < op.results().size(); i++) {
            boolean written = op.schema().results().get(i).isWritten();
            types.append(i == 0 ? "" : ", ").append(resultType(op.results().get(i), written));
        }
        return types.toString();
    }

    private static String returnType(Op op) {
        if (op.results().isEmpty()) {
            return "void";
        }
        if (op.results().size() > 1) {
            return "::std::tuple<" + elementTypes(op) + ">";
        }
        return resultType(
                op.results().getFirst(), op.schema().results().getFirst().isWritten());
    }

    private static String resultType(Op.ResultKind kind, boolean written) {
        return switch (kind) {
            case TENSOR -> written ? "at::Tensor&" : "at::Tensor";
            case TENSORS -> "::std::vector<at::Tensor>";
            case INT -> "int64_t";
            case SYM_INT -> "c10::SymInt";
            case DOUBLE -> "double";
            case BOOL -> "bool";
            case SCALAR -> "c10::Scalar";
            case DTYPE -> "c10::ScalarType";
            case QSCHEME -> "c10::QScheme";
        };
    }

    /** An op is called {@code std}, which hides the namespace inside {@code at::_ops}. */
    private static String cppType(Kind kind) {
        return kind.cpp
                .replace("std::", "::std::")
                .replace("3ul", "3")
                .replace("2ul", "2")
                .replace("4ul", "4");
    }
}

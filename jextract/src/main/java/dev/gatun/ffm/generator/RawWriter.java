package dev.gatun.ffm.generator;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes the raw FFM methods: one static method an op, which calls the shim's wrapper by its own address. */
final class RawWriter {
    private RawWriter() {}

    static String className(int part) {
        return "AtenRaw" + part;
    }

    static String write(List<Op> ops, int part) {
        StringBuilder out = new StringBuilder(Generate.DO_NOT_EDIT)
                .append("package dev.gatun.ffm;\n\nimport java.lang.foreign.MemorySegment;\n\n")
                .append("/** Raw calls of the shim's ATen wrappers, part ")
                .append(part)
                .append(": frame in, status out. */\npublic final class ")
                .append(className(part))
                .append(" {\n    private ")
                .append(className(part))
                .append("() {}\n");
        for (Op op : ops) {
            out.append(method(op.symbol(), "gatun_aten_" + op.symbol(), "{@code " + op.fullName() + "}"));
        }
        return out.append("}\n").toString();
    }

    /** The same for the hand-written functions, from their header. */
    static String core(String header) {
        StringBuilder out = new StringBuilder(Generate.DO_NOT_EDIT)
                .append("package dev.gatun.ffm;\n\nimport java.lang.foreign.MemorySegment;\n\n")
                .append("/** Raw calls of the shim's hand-written functions, which gatun_core.h documents. */\n")
                .append("public final class CoreRaw {\n    private CoreRaw() {}\n");
        Matcher function = Pattern.compile("/\\*([^*]*)\\*/\\s*int gatun_(\\w+)\\(int64_t \\*f\\);")
                .matcher(header);
        while (function.find()) {
            String comment = function.group(1)
                    .strip()
                    .replaceAll("\\s+", " ")
                    .replace("->", "gives")
                    .replace("<<", "shl");
            out.append(method(function.group(2), "gatun_" + function.group(2), comment));
        }
        return out.append("}\n").toString();
    }

    private static String method(String name, String symbol, String comment) {
        return "\n    private static final MemorySegment ADDR$" + name + " = Shim.symbol(\"" + symbol + "\");\n\n"
                + "    /** " + comment + " */\n    public static int " + name + "(long frame) {\n"
                + "        return Shim.op(ADDR$" + name + ", frame);\n    }\n";
    }
}

package dev.gatun.ffm.generator;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes the raw FFM methods for a C header: an object over a library's symbols, with a method for each function. Functions
 * of one signature share a method handle, which is linked on first use.
 */
final class CRawWriter {
    private static final Map<String, String> CLASSES = new TreeMap<>(Map.of(
            "nccl.h", "NcclRaw",
            "cudart.h", "CudartRaw",
            "torch_c.h", "TorchRaw",
            "nvrtc.h", "NvrtcRaw",
            "cuda_driver.h", "CudaDriverRaw"));

    private final CHeader header;
    private final StringBuilder out = new StringBuilder(Generate.DO_NOT_EDIT);

    private CRawWriter(CHeader header) {
        this.header = header;
    }

    /** The class to write for each header's file name. */
    static Map<String, String> classes() {
        return CLASSES;
    }

    static String write(String file, String text) {
        return new CRawWriter(CHeader.parse(text)).write(file);
    }

    private String write(String file) {
        String name = CLASSES.get(file);
        out.append("package dev.gatun.ffm;\n\nimport java.lang.foreign.MemoryLayout;\n")
                .append("import java.lang.foreign.MemorySegment;\nimport java.lang.foreign.StructLayout;\n")
                .append("import java.lang.foreign.SymbolLookup;\nimport java.lang.foreign.ValueLayout;\n")
                .append("import java.lang.invoke.MethodHandle;\n\n")
                .append("/** Raw calls of what ")
                .append(file)
                .append(
                        " declares; pointers are addresses. A function that the library lacks is an UnsatisfiedLinkError. */\n")
                .append("public final class ")
                .append(name)
                .append(" {\n");
        header.constants.forEach((constant, value) -> out.append("    /** C's constant of this name. */\n")
                .append("    public static final int ")
                .append(constant)
                .append(" = ")
                .append(value)
                .append(";\n\n"));
        header.structs.forEach(this::struct);
        header.functions.forEach(f ->
                out.append("    private final MemorySegment ").append(f.name()).append(";\n"));
        out.append("\n    /** The functions of {@code library}. */\n    public ")
                .append(name)
                .append("(SymbolLookup library) {\n");
        header.functions.forEach(f -> out.append("        ")
                .append(f.name())
                .append(" = CFunction.find(library, \"")
                .append(f.name())
                .append("\");\n"));
        out.append("    }\n");
        header.functions.forEach(this::method);
        shapes();
        return out.append("}\n").toString();
    }

    private void struct(String name, List<CHeader.Variable> fields) {
        out.append("    /** C's struct of this name. */\n    public static final StructLayout ")
                .append(name)
                .append(" = MemoryLayout.structLayout(\n")
                .append(fields.stream().map(CRawWriter::field).collect(Collectors.joining(",\n")))
                .append(");\n\n");
    }

    private static String field(CHeader.Variable field) {
        String layout = field.length() == 0
                ? "ValueLayout." + field.type().layout
                : "MemoryLayout.sequenceLayout(" + field.length() + ", ValueLayout.JAVA_BYTE)";
        return "            " + layout + ".withName(\"" + field.name() + "\")";
    }

    private void method(CHeader.Function f) {
        String parameters =
                f.parameters().stream().map(p -> p.type().java + " " + p.name()).collect(Collectors.joining(", "));
        String arguments = f.parameters().stream().map(p -> ", " + p.name()).collect(Collectors.joining());
        out.append("""

                    /** {@code %s} */
                    public %s %s(%s) {
                        CFunction.require(this.%s, "%s");
                        try {
                            return (%s) %s.HANDLE.invokeExact(this.%s%s);
                        } catch (Throwable t) {
                            throw CFunction.failed(t);
                        }
                    }
                """.formatted(
                        f.prototype(),
                        f.result().java,
                        f.name(),
                        parameters,
                        f.name(),
                        f.name(),
                        f.result().java,
                        shape(f),
                        f.name(),
                        arguments));
    }

    private static String shape(CHeader.Function f) {
        return "Shape_" + f.result().letter + "_"
                + f.parameters().stream()
                        .map(p -> String.valueOf(p.type().letter))
                        .collect(Collectors.joining());
    }

    private void shapes() {
        Map<String, CHeader.Function> shapes = new TreeMap<>();
        header.functions.forEach(f -> shapes.putIfAbsent(shape(f), f));
        shapes.forEach((name, f) -> out.append("\n    private static final class ")
                .append(name)
                .append(" {\n        static final MethodHandle HANDLE =\n                CFunction.link(")
                .append("ValueLayout." + f.result().layout)
                .append(f.parameters().stream()
                        .map(p -> ", " + (p.type().layout == null ? p.struct() : "ValueLayout." + p.type().layout))
                        .collect(Collectors.joining()))
                .append(");\n    }\n"));
    }
}

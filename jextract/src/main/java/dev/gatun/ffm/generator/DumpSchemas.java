package dev.gatun.ffm.generator;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.OperatorHandleOptional;
import org.bytedeco.pytorch.OperatorName;
import org.bytedeco.pytorch.global.torch;

/**
 * Writes the schema file: one line for each op that libtorch exports as {@code at::_ops::NAME::call}, holding the
 * dispatcher's schema and, after a tab, the C++ parameter types as the symbol table has them. The dispatcher alone
 * does not tell the C++ types ({@code int} may be {@code long} or {@code c10::SymInt}); the symbol table alone has
 * neither names nor defaults.
 */
public final class DumpSchemas {
    private static final String CALL = "::call(";

    private DumpSchemas() {}

    /** Usage: {@code DumpSchemas FILE}. Loads the Maven libtorch through JavaCPP, whose C++ API lists the schemas. */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: DumpSchemas FILE   (for example jextract/src/main/schema/aten.txt)");
            System.exit(2);
        }
        // Extract before loading: with a system libtorch installed, JavaCPP would otherwise load two copies.
        for (String library : List.of("libgomp.so.1", "libc10.so", "libtorch_cpu.so")) {
            cached(library);
        }
        Loader.load(torch.class);
        Map<String, String> parameters = parameters(cached("libtorch_cpu.so").toPath());
        List<String> lines = new ArrayList<>();
        Dispatcher dispatcher = Dispatcher.singleton();
        OperatorName names = dispatcher.getAllOpNames();
        long count = names.limit() - names.position();
        for (long i = 0; i < count; i++) {
            OperatorName name = names.getPointer(i);
            OperatorHandleOptional found = dispatcher.findSchema(name);
            String types = parameters.get(symbolName(name));
            if (found.has_value() && types != null) {
                lines.add(schemaText(found) + "\t" + types);
            }
        }
        lines.sort(null);
        Path target = Path.of(args[0]);
        Path beside = target.resolveSibling(target.getFileName() + ".tmp");
        Files.write(beside, lines);
        Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
        System.out.printf("%s: %d ops of %d known to the dispatcher%n", target, lines.size(), count);
    }

    private static File cached(String library) throws IOException {
        return Loader.cacheResource("/org/bytedeco/pytorch/" + Loader.getPlatform() + "/" + library);
    }

    private static String symbolName(OperatorName name) {
        String full = name.name().getString();
        BytePointer overload = name.overload_name(); // null stands for the empty string
        String bare = full.startsWith("aten::") ? full.substring(6) : full;
        return overload == null ? bare : bare + "_" + overload.getString();
    }

    private static String schemaText(OperatorHandleOptional found) {
        return torch.toString(found.get().schema()).getString();
    }

    /** For each {@code at::_ops::NAME::call}: NAME and the C++ parameter list. */
    private static Map<String, String> parameters(Path library) throws IOException {
        Demangler demangler = new Demangler();
        Map<String, String> result = new TreeMap<>();
        for (String symbol : ElfSymbols.defined(library)) {
            if (symbol.startsWith("_ZN2at4_ops") && symbol.contains("4callE")) {
                String text = demangler.apply(symbol);
                int call = text.indexOf(CALL);
                if (call > 0) {
                    String name = text.substring("at::_ops::".length(), call);
                    result.put(name, text.substring(call + CALL.length(), text.length() - 1));
                }
            }
        }
        return result;
    }
}

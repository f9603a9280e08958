package dev.gatun.apps;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every line of Gatun in the cheat sheets compiles. */
class CheatSheetTest {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final String BEFORE = """
            import dev.gatun.nn.*;
            import dev.gatun.nn.Module;
            import dev.gatun.nn.checkpoint.*;
            import dev.gatun.nn.generation.*;
            import dev.gatun.nn.optim.*;
            import dev.gatun.nn.peft.*;
            import dev.gatun.nn.t5.*;
            import dev.gatun.torch.*;
            import java.lang.foreign.*;
            import java.nio.file.Path;
            import java.util.LinkedHashMap;
            import java.util.List;
            import java.util.Map;
            class Sheet {
            T5 t5; T5Input input; List<T5Input> batches; Lora lora; PrefixTuning tuning; ModuleUpdates updates;
            Path folder, file; Tensor a, b, down, up, ids;
            """;

    @ParameterizedTest
    @CsvSource({"pytorch-to-gatun.md,40", "peft.md,20"})
    void everyLineCompiles(String sheet, int atLeast, @TempDir Path classes) throws IOException {
        List<String> lines = gatunLines(sheet);
        assertThat(lines).hasSizeGreaterThan(atLeast);
        StringBuilder source = new StringBuilder(BEFORE);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            source.append("void line")
                    .append(i)
                    .append(
                            "(Tensor x, Tensor y, Tensor w, Tensor loss, MemorySegment segment, Arena arena, Module net,")
                    .append(" Function function)")
                    .append(" throws Exception { ")
                    .append(line)
                    .append(line.endsWith(";") || line.endsWith("}") ? " }\n" : "; }\n");
        }
        source.append("}\n");
        compile(source.toString(), classes);
    }

    @Test
    void everyExampleOfTuningCompiles(@TempDir Path classes) throws IOException {
        StringBuilder source = new StringBuilder(BEFORE);
        Matcher block = BLOCK.matcher(Files.readString(sheet("peft.md")));
        int count = 0;
        while (block.find()) {
            source.append("void example").append(count++).append("() throws Exception {\n");
            source.append(block.group(1)).append("}\n");
        }
        assertThat(count).isGreaterThan(2);
        compile(source.append("}\n").toString(), classes);
    }

    private static void compile(String source, Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///Sheet.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        boolean compiled = compiler.getTask(
                        said, null, null, List.of("-proc:none", "-d", classes.toString()), null, List.of(file))
                .call();
        assertThat(compiled).as(said.toString()).isTrue();
    }

    private static Path sheet(String name) {
        return Path.of(System.getProperty("gatun.root"), "docs", name);
    }

    private static List<String> gatunLines(String name) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String row : Files.readAllLines(sheet(name))) {
            String[] cells = row.split("\\|");
            if (row.startsWith("|") && cells.length == 3) {
                Matcher code = CODE.matcher(cells[2]);
                while (code.find()) {
                    lines.add(code.group(1));
                }
            }
        }
        return lines;
    }
}
